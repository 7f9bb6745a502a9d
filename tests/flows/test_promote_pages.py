"""A promotion by hand shows on the index page of the models."""

import re
from pathlib import Path

import pytest

from flows.promote import promote
from schemas.config import PromoteConfig
from tasks.storage.root import Root
from tests.tasks.pages.roots_for_tests import filled_root

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


def _marked(root: Root) -> list[str]:
    html = root.read_bytes("models/index.html").decode()
    return re.findall(r'report.html">([^<]+)</a> <span class="mark">champion', html)


def test_the_page_marks_the_new_champion(tmp_path: Path) -> None:
    root = filled_root(tmp_path)
    for model_id in ("folk-small-20260102", "folk-small-33"):
        promote(PromoteConfig(root=root.uri, model=model_id))
        assert _marked(root) == [model_id]
