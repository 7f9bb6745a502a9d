"""Tests of the scripts of a page: exactly these may run, and the package is carried unchanged."""

import base64
import hashlib
import re
from pathlib import Path

from nocturne.tasks.pages.player.scripts import SYNTHESISER, scripts
from tests.tasks.pages.player.pages_for_tests import write_pages
from tests.tasks.samples.runs_for_tests import wander

# Of webaudio-tinysynth.min.js in webaudio-tinysynth 1.1.3 as npm distributes it.
SYNTHESISER_SHA256 = "864269534ada22f57da86884d8c8dd5f4c71ca3658c584f8a35d781965dff1ab"


def test_the_policy_names_every_script_of_the_page_and_no_other(tmp_path: Path) -> None:
    html = write_pages(tmp_path, [wander(0)]).read_text()
    policy = scripts().policy
    assert f'content="{policy.replace(chr(39), "&#39;")}"' in html
    texts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes
    assert "script-src 'sha256" in policy
    assert policy.startswith("default-src 'none'; ")


def test_the_synthesiser_is_the_packages_file_with_its_licence() -> None:
    assert hashlib.sha256(SYNTHESISER.read_bytes()).hexdigest() == SYNTHESISER_SHA256
    assert "Apache License" in SYNTHESISER.with_name("LICENSE").read_text()
