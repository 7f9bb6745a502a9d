"""The index pages: what they list, in which order, and that nothing damaged hides the rest."""

import re
import shutil
import threading
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pytest
from pyarrow import fs

from nocturne.schemas.errors import StorageError, StoreUnavailableError
from nocturne.tasks.pages.index import models as index_models
from nocturne.tasks.pages.index import samples
from nocturne.tasks.pages.index.models import models_index
from nocturne.tasks.pages.index.page import IndexPage, Row, page_html
from nocturne.tasks.pages.index.quality import quality_index
from nocturne.tasks.pages.index.samples import samples_index
from nocturne.tasks.pages.index.write import write_index_pages
from nocturne.tasks.storage.layout import champion_path
from nocturne.tasks.storage.root import Root
from tests.tasks.pages.roots_for_tests import CHAMPION, add_model, filled_root

SECTIONS = ("samples", "models", "quality")


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Root:
    return filled_root(tmp_path_factory.mktemp("pattern"))


@pytest.fixture
def filled(pattern: Root, tmp_path: Path) -> Root:
    shutil.copytree(pattern.base, tmp_path / "root")
    return Root.open(str(tmp_path / "root"))


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def row_of(page: IndexPage, name: str) -> Row:
    (row,) = (row for row in page.rows if row.name == name)
    return row


def test_runs_are_listed_newest_first_with_model_pieces_and_length(filled: Root) -> None:
    page = samples_index(filled)
    assert [row.cells[1].text for row in page.rows] == ["3", "2"]
    assert [row.when.day for row in page.rows] == [3, 2]
    three = page.rows[0]
    manifest = filled.read_table(f"samples/{three.name}/manifest.parquet")
    assert texts(three) == [
        "folk-small-20260102",
        "3",
        f"{round(sum(manifest['seconds'].to_pylist()))} s",
    ]
    assert three.link == f"{three.name}/index.html"
    assert three.cells[0].link == "../models/folk-small-20260102/report.html"
    assert page.lead.startswith("2 runs with 5 pieces, ")


def test_models_are_listed_newest_first_with_figures_and_the_champion(filled: Root) -> None:
    page = models_index(filled)
    assert [row.name for row in page.rows] == [
        "unfinished", "folk-small-33", "tünes <b>-small-22", "folk-small-20260102"
    ]  # fmt: skip
    champion = row_of(page, CHAMPION)
    assert texts(champion) == ["folk", "factored", "1.43", "2.38", "1.2 M", "19 min 55 s"]
    assert champion.cells[0].link == "../quality/folk/report.html"
    assert [row.mark for row in page.rows] == ["", "champion", "", ""]
    assert row_of(page, "unfinished").link == ""
    assert texts(row_of(page, "unfinished"))[2:4] == ["not measured", "not measured"]
    assert row_of(page, "tünes <b>-small-22").link == "t%C3%BCnes%20%3Cb%3E-small-22/report.html"
    assert "4 models of 3 corpora" in page.lead


def test_corpora_are_listed_newest_first_with_files_and_notes(filled: Root) -> None:
    page = quality_index(filled)
    assert [row.name for row in page.rows] == ["my tunes <i>", "folk"]
    assert texts(page.rows[1]) == ["1,000", "900", "60", "40", "1,234,567", "/folk"]
    assert page.rows[0].link == "my%20tunes%20%3Ci%3E/report.html"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"model_id": "x"}', None])
def test_one_damaged_file_hides_nothing_else(filled: Root, content: bytes | None) -> None:
    run = samples_index(filled).rows[0].name
    damaged = (f"samples/{run}/manifest.parquet", f"models/{CHAMPION}/card.json",
               "models/folk-small-20260102/metrics.json", "notes/folk/dataset.json")  # fmt: skip
    for path in damaged:
        filled.delete(path)
        if content is not None:
            filled.write_bytes(path, content)
    pages = [samples_index(filled), models_index(filled), quality_index(filled)]
    assert [len(page.rows) for page in pages] == [2, 3 if content is None else 4, 2]
    assert row_of(pages[0], run).trouble == "its manifest cannot be read"
    if content is not None:
        assert row_of(pages[1], CHAMPION).trouble == "its card.json cannot be read"
    assert row_of(pages[2], "folk").trouble == "its notes are incomplete"
    assert texts(row_of(pages[1], "folk-small-20260102"))[2] == "not measured"
    assert "its manifest cannot be read" in page_html(pages[0])


def test_an_empty_manifest_is_damaged(filled: Root) -> None:
    run = samples_index(filled).rows[0].name
    path = f"samples/{run}/manifest.parquet"
    filled.write_table(path, filled.read_table(path).slice(0, 0))
    assert row_of(samples_index(filled), run).trouble
    filled.write_table(path, pa.table({"other": [1]}))
    assert row_of(samples_index(filled), run).trouble


def test_a_damaged_champion_pointer_marks_nobody(filled: Root) -> None:
    filled.write_bytes(champion_path("folk", "factored"), b"{")
    assert {row.mark for row in models_index(filled).rows} == {""}


def test_what_is_unfinished_or_hidden_is_not_listed(filled: Root) -> None:
    filled.write_bytes("samples/under way/parts/part-00000.parquet", b"")
    filled.write_bytes("samples/.tmp-1/index.html", b"")
    filled.write_bytes("models/half/weights.safetensors", b"")
    filled.write_bytes("quality/half/quality.parquet", b"")
    assert [len(index(filled).rows) for index in (samples_index, models_index, quality_index)] == [
        2, 4, 2
    ]  # fmt: skip


def test_the_oldest_are_counted_where_there_are_very_many(
    filled: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (index_models, samples):
        monkeypatch.setattr(module, "MOST_ROWS", 1)
    for day in range(5, 8):
        add_model(filled, f"more-{day}", day)
    page = samples_index(filled)
    assert (len(page.rows), page.left_out) == (1, 1)
    assert page.rows[0].cells[1].text == "3"
    assert "Not listed: 1 older entry." in page_html(page)
    models = models_index(filled)
    assert (len(models.rows), models.left_out) == (1, 6)


def test_the_pages_are_files_of_the_root_that_link_to_each_other(filled: Root) -> None:
    write_index_pages(filled)
    for section in SECTIONS:
        html = filled.read_bytes(f"{section}/index.html").decode()
        links = set(re.findall(r'href="(\.\./\w+/index\.html)"', html))
        assert links == {f"../{other}/index.html" for other in SECTIONS}
        assert html.count('aria-current="page"') == 1
        assert "http:" not in html.replace("http://www.w3.org/2000/svg", "")
        assert "<script" not in html
    models = filled.read_bytes("models/index.html").decode()
    assert "tünes &lt;b&gt;-small-22" in models
    assert "tünes <b>" not in models
    for section in SECTIONS:  # every link to a page leads to a file
        html = filled.read_bytes(f"{section}/index.html").decode()
        for link in re.findall(r'href="([^"#:]+)"', html):
            target = Path(filled.base, section, unquote(unescape(link)))
            assert target.is_file(), link


def test_an_empty_root_says_what_to_do(root: Root) -> None:
    write_index_pages(root)
    for section, command in zip(SECTIONS, ("generate", "train", "ingest"), strict=True):
        html = root.read_bytes(f"{section}/index.html").decode()
        assert f"nocturne {command} makes" in html
        assert "<table" not in html


def test_the_pages_of_two_publishings_at_once_have_both(root: Root) -> None:
    def publish(model_id: str) -> None:
        add_model(root, model_id, 1)
        write_index_pages(root)

    threads = [threading.Thread(target=publish, args=(f"model-{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    html = root.read_bytes("models/index.html").decode()
    assert all(f"model-{i}" in html for i in range(8))


def test_a_root_that_cannot_be_written_is_said_in_one_line(
    filled: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.delete("quality/index.html")
    filled.write_bytes("quality/index.html/in the way", b"")
    with pytest.raises(StorageError) as error:
        write_index_pages(filled)
    assert "\n" not in str(error.value)


def test_an_object_store_is_listed_alike() -> None:
    store = Root("mock://bucket", fs._MockFileSystem(), "bucket")
    add_model(store, "model-1", 1)
    (row,) = models_index(store).rows
    assert (row.name, row.link) == ("model-1", "model-1/report.html")


@pytest.mark.parametrize("index", [samples_index, models_index, quality_index])
def test_a_store_in_trouble_is_no_damage(
    filled: Root, monkeypatch: pytest.MonkeyPatch, index: Callable[[Root], IndexPage]
) -> None:
    def unavailable(*_: object) -> None:
        raise StoreUnavailableError("503")

    for method in ("read_bytes", "read_table"):
        monkeypatch.setattr(Root, method, unavailable)
    with pytest.raises(StoreUnavailableError):
        index(filled)


def test_dates_are_in_utc(filled: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    html = page_html(samples_index(filled))
    assert '<time datetime="2026-11-03T05:00:00+00:00">2026-11-03 05:00</time>' in html
