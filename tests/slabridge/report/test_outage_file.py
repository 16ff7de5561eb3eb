"""Files of outages: what they mean, and every line that is none."""

import pytest

from sla_engine.instant import parse_instant
from slabridge.report.outage import Outage
from slabridge.report.outage_file import UnreadableOutages, read_outages

LINE = '{"service": "mail", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:00+01:00", "kind": "planned"'
CSV = "service,from,to,kind,weight,cause,ref,version,announced,approved_by\n"


def test_lines_of_json_and_of_csv_mean_the_same() -> None:
    start = parse_instant("2026-03-02T07:00:00Z")
    expected = [Outage("mail", start, start + 3_600_000, "degraded", None, "disk", "O1", "o.jsonl", 2, start, "Acme")]
    line = (
        '{"service": "mail", "from": "2026-03-02T07:00:00Z", "to": "2026-03-02T08:00:00Z", "kind": "degraded", '
        '"cause": "disk", "ref": "O1", "version": 2, "announced": "2026-03-02T07:00:00Z", "approved_by": "Acme"}'
    )
    assert read_outages(f"\n{line}\n", "o.jsonl") == expected
    row = "mail,2026-03-02T07:00:00Z,2026-03-02T08:00:00Z,degraded,,disk,O1,2,2026-03-02T07:00:00Z,Acme\n"
    (found,) = read_outages("\ufeff" + CSV + row, "o.csv")
    assert found == Outage("mail", start, start + 3_600_000, "degraded", None, "disk", "O1", "o.csv", 2, start, "Acme")
    (open_,) = read_outages(CSV + "mail,2026-03-02T07:00:00Z,,,30%,,,,,\n", "o.csv")
    assert (open_.end, open_.kind, str(open_.weight)) == (None, "down", "3/10")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "o.jsonl:1: no JSON"),
        ("[]", "o.jsonl:1: is no object"),
        ("{}", "names no service"),
        ('{"service": "mail"}', 'has no "from"'),
        ('{"service": "mail", "form": "x"}', 'the nearest is "from"'),
        ('{"service": "mail", "from": "2026-03-02T08:00:00"}', "offset"),
        (LINE.replace("planned", "plan") + "}", 'the nearest is "planned"'),
        (LINE + "}", "is not after"),
        ('{"service": "mail", "from": true}', "from is no text"),
        ('{"service": "mail", "from": "2026-03-02T08:00:00Z", "version": "x"}', "is no whole number"),
        ('{"service": "mail", "from": "2026-03-02T08:00:00Z", "weight": "3"}', "weight '3' is no percentage"),
        ('{"service": "mail", "from": "2026-03-02T08:00:00Z", "version": 99999999999}', "at most 9 digits"),
    ],
)
def test_a_line_that_is_none_is_named_with_its_number_and_the_reason(text: str, words: str) -> None:
    with pytest.raises(UnreadableOutages, match=r"o\.jsonl:1") as raised:
        read_outages(text, "o.jsonl")
    assert words in str(raised.value)


def test_rows_with_too_few_or_too_many_cells_are_none() -> None:
    text = "service,from,to\nmail,2026-03-02T08:00:00Z\nmail,2026-03-02T08:00:00Z,,\nmail,2026-03-02T08:00:00Z,\n"
    with pytest.raises(UnreadableOutages) as raised:
        read_outages(text, "o.csv")
    assert str(raised.value).splitlines() == [
        f"o.csv:{line}: has more or fewer cells than the head of the file" for line in (2, 3)
    ]


def test_two_lines_of_one_record_and_version_that_differ_are_an_error() -> None:
    line = '{"service": "mail", "from": "2026-03-02T08:00:00Z", "ref": "O1"'
    assert len(read_outages(f"{line}}}\n{line}}}\n", "o.jsonl")) == 2
    with pytest.raises(UnreadableOutages, match=r"o\.jsonl:2: ref 'O1' has this version already; write the next"):
        read_outages(f'{line}}}\n{line}, "cause": "disk"}}\n', "o.jsonl")
