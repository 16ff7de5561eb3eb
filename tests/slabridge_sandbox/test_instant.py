import pytest

from slabridge_sandbox.instant import format_instant, parse_instant


@pytest.mark.parametrize("text", ["2026-03-02T08:00:00Z", "2026-03-02T08:00:00.050Z", "1969-12-31T23:59:59Z"])
def test_an_instant_is_written_as_it_was_read(text: str) -> None:
    assert format_instant(parse_instant(text)) == text


def test_an_instant_may_have_another_offset_and_must_have_one() -> None:
    assert parse_instant("2026-03-02T08:00:00+01:00") == parse_instant("2026-03-02T07:00:00Z")
    with pytest.raises(ValueError, match="has no offset from UTC"):
        parse_instant("2026-03-02T08:00:00")
