"""What a run prints of itself."""

from io import StringIO

from rich.console import Console

from slabridge.run.tally import Report, Tally
from slabridge.show.report import table_of


def printed(*tallies: Tally) -> list[list[str]]:
    """Return the cells of the table, its head at first."""
    file = StringIO()
    Console(file=file, width=200).print(table_of(Report(list(tallies))))
    lines = [line.strip("│┃").replace("┃", "│").split("│") for line in file.getvalue().splitlines()]
    return [[cell.strip() for cell in cells] for cells in lines if len(cells) > 1]


def test_links_are_counted_where_any_was_written_and_else_are_no_column() -> None:
    snow, jira = Tally("snow", pulled=5, comments_written=2), Tally("jira", pulled=4, links_written=1_003)
    head, first, second = printed(snow, jira)
    assert head[3:6] == ["fields written", "comments written", "links written"]
    assert (first[4:6], second[4:6]) == (["2", "0"], ["0", "1,003"])
    assert "links written" not in printed(snow)[0]
