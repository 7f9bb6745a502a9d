"""A promotion by hand shows on the index page of the models."""

import re

import pytest

from nocturne.flows.promote import promote
from nocturne.schemas.config import PromoteConfig
from nocturne.tasks.storage.root import Root
from tests.tasks.model.tiny_models import add_model

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("prefect_server")]


def _marked(root: Root) -> list[str]:
    html = root.read_bytes("models/index.html").decode()
    return re.findall(r'<th scope="row">([^<]+) <span class="mark">champion', html)


def test_the_page_marks_the_new_champion(root: Root) -> None:
    for model_id in ("folk-1", "folk-2"):
        add_model(root, model_id)
        promote(PromoteConfig(root=root.uri, model=model_id))
        assert _marked(root) == [model_id]
