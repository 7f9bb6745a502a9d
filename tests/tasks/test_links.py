"""Addresses of pages, where a page server shows the root."""

import pytest

from nocturne.tasks.links import page_address


def test_a_page_has_an_address_where_its_root_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    assert page_address("/data", "samples/x/index.html") is None
    monkeypatch.setenv("NOCTURNE_GALLERY_URL", "http://127.0.0.1:8088/")
    assert page_address("/data", "samples/x/index.html") is None
    monkeypatch.setenv("NOCTURNE_ROOT", "/data")
    assert page_address("/data", "samples/x y/index.html") == (
        "http://127.0.0.1:8088/samples/x%20y/index.html"
    )
    assert page_address("/elsewhere", "samples/x/index.html") is None
