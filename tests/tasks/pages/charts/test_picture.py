"""The picture of charts: an SVG file that needs no page, with every title and key."""

from xml.etree import ElementTree

from nocturne.tasks.pages.charts.bars import Labels, counts_chart
from nocturne.tasks.pages.charts.charts import HEIGHT, WIDTH, Chart, Tick
from nocturne.tasks.pages.charts.picture import MARGIN, charts_picture
from nocturne.tasks.pages.model_report.curves import curves
from nocturne.tasks.pages.model_report.distributions import distributions
from nocturne.tasks.pages.model_report.report import report_page
from tests.tasks.model import model_for_tests as example

SVG = "{http://www.w3.org/2000/svg}"


def charts_in(svg: bytes) -> list[ElementTree.Element]:
    """Return the element of every chart of a picture; ParseError if it is no XML."""
    return ElementTree.fromstring(svg).findall(f"{SVG}g")


def texts(chart: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in chart.iter(f"{SVG}text")]


def histograms() -> list[Chart]:
    return [shape.chart for shape in distributions(example.model_metrics()) if shape.chart]


def test_every_chart_has_its_title_its_axes_and_its_key() -> None:
    charts = [*curves(example.history(), example.model_metrics()), *histograms()]
    for drawn, chart in zip(charts_in(charts_picture(charts)), charts, strict=True):
        shown = texts(drawn)
        assert shown[0] == chart.title
        assert {chart.x_label, chart.y_label} < set(shown)
        assert {tick.label for tick in (*chart.x_ticks, *chart.y_ticks)} <= set(shown)
        assert [entry.label for entry in chart.key] == shown[-len(chart.key) :]
        assert len(list(drawn.iter(f"{SVG}rect"))) == len(chart.bars) + bool(chart.bars)


def test_charts_stand_in_rows_of_two_within_the_picture() -> None:
    for count, columns, rows in ((1, 1, 1), (2, 2, 1), (5, 2, 3)):
        picture = charts_picture(histograms()[:count])
        frame = ElementTree.fromstring(picture)
        width, height = int(frame.get("width", "")), int(frame.get("height", ""))
        assert frame.get("viewBox") == f"0 0 {width} {height}"
        assert width == columns * (WIDTH + MARGIN) + MARGIN
        assert height > rows * HEIGHT
        places = [chart.get("transform") for chart in charts_in(picture)]
        assert len(set(places)) == count
        assert places[0] == f"translate({MARGIN} 0)"
        x, y = MARGIN + (count - 1) % 2 * (WIDTH + MARGIN), height // rows * (rows - 1)
        assert places[-1] == f"translate({x} {y})"


def test_a_picture_and_a_page_have_the_same_drawing() -> None:
    page = report_page(example.card(), example.model_metrics(), example.history(), [])
    for chart in histograms():
        picture = charts_picture([chart]).decode()
        begin, end = picture.index('  <line class="grid-line"'), picture.index('class="axis-name"')
        assert picture[begin:end] in page


def test_names_with_signs_of_xml_stay_text() -> None:
    hostile = example.HOSTILE
    chart = counts_chart(hostile, [1], [hostile], [Tick(0, hostile)], Labels(hostile, hostile))
    (drawn,) = charts_in(charts_picture([chart]))
    assert texts(drawn).count(hostile) == 4
    assert not list(drawn.iter(f"{SVG}script"))
