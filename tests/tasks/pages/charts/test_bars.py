"""Bar charts of counts: every count on its bar, turned or left out where there is no room."""

from nocturne.tasks.pages.charts.bars import Labels, counts_chart
from nocturne.tasks.pages.charts.charts import Chart, Tick


def test_counts_stand_on_their_bars() -> None:
    labels = Labels("notes", "songs")
    chart = counts_chart("Some", [1000, 0, 10], ["1", "2", "3"], [Tick(0, "1")], labels)
    assert [bar.label for bar in chart.bars] == ["1,000", "", "10"]
    assert [bar.tip for bar in chart.bars] == ["1: 1,000", "2: 0", "3: 10"]
    assert [round(bar.height / chart.bars[0].height, 2) for bar in chart.bars] == [1, 0, 0.01]
    assert (chart.x_label, chart.y_label) == ("notes", "songs")
    assert [tick.at for tick in chart.x_ticks] == [chart.left]
    assert chart.bars[0].y > 40  # room for a turned label over the highest
    assert not any(bar.is_narrow for bar in chart.bars)


def test_many_counts_are_turned_and_too_many_left_out() -> None:
    def drawn(bins: int) -> Chart:
        names = [str(i) for i in range(bins)]
        return counts_chart("", [12_345] * bins, names, [], Labels("", ""))

    assert all(bar.is_narrow for bar in drawn(24).bars)
    assert not any(bar.label for bar in drawn(88).bars)
    assert drawn(88).bars[3].tip == "3: 12,345"
