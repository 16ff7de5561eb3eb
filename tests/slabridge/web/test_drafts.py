"""Reports for pages: each made once, by one process at a time, kept for a while, and never longer than the server."""

import os
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge.app.asked import Asked
from slabridge.web.draft import Found, Piece, Which
from slabridge.web.drafts import MOST_WAITING, Drafts
from slabridge.web.process import Process
from tests.patience import PATIENCE

MAKER = """
import json, os, sys
request = json.loads(sys.stdin.buffer.readline())
place, waits = sys.argv[1:]
with open(place, "a") as log:
    log.write(f"{os.getpid()} {request['period']} {request['form']} {request['document']}\\n")
if waits:
    open(os.path.join(waits, request["period"])).read()
if request["period"] == "bad":
    print("begins\\nno such period, \\x1b[31mwrite another")
    sys.exit(2)
if request["period"] == "mute":
    os.kill(os.getpid(), 9)
file = "head.json" if request["form"] == "document" else f"report.{request['language']}.{request['form']}"
with open(os.path.join(request["folder"], file), "w") as made:
    made.write(str(os.getpid()).zfill(1000))
"""
MARCH = Which("config.toml", "", Asked("2026-03"))


class Made:
    """Drafts over a process that notes what it is asked for, and waits at a gate where there is one."""

    def __init__(self, folder: Path, *, gate: bool = False, limit: float = PATIENCE, **more: int) -> None:
        self.log, self.gate = folder / "log", folder / "gate"
        if gate:
            self.gate.mkdir()
            for number in range(4):
                os.mkfifo(self.gate / month(number).asked.period)
        command = (sys.executable, "-c", MAKER, str(self.log), str(self.gate) if gate else "")
        self.drafts = Drafts(process=Process(limit, command), **more)

    def open(self, which: Which = MARCH) -> None:
        """Let the process go on that waits at the gate with this report."""
        (self.gate / which.asked.period).open("w").close()

    def wait(self) -> None:
        """Wait until nothing is being made."""
        with self.drafts._changed:
            assert self.drafts._changed.wait_for(lambda: not self.drafts._jobs, PATIENCE)

    def found(self, which: Which = MARCH, moment: str = "1", piece: Piece = Piece()) -> Found:  # noqa: B008 - frozen
        self.drafts.find(which, moment, piece)
        self.wait()
        return self.drafts.find(which, moment, piece)

    def asked(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    found = Made(tmp_path)
    yield found
    found.drafts.close()


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[Made]:
    found = Made(tmp_path, gate=True)
    yield found
    found.drafts.close()


def month(number: int) -> Which:
    return Which("config.toml", "", Asked(f"2026-{number:02}"))


def test_what_is_asked_for_many_times_is_made_once_while_nobody_waits(gated: Made) -> None:
    for _ in range(5):
        found = gated.drafts.find(MARCH, "1")
        assert (found.folder, found.current, found.failed) == (None, False, None)
    gated.open()
    gated.wait()
    for _ in range(5):
        found = gated.drafts.find(MARCH, "1")
        assert found.current
        assert found.folder is not None
        assert (found.folder / "head.json").exists()
    assert len(gated.asked()) == 1


def test_only_what_another_one_is_made_before_waits(gated: Made) -> None:
    assert gated.drafts.find(month(1), "1").since is not None
    assert gated.drafts.find(month(2), "1").since is None
    for number in (1, 2):
        gated.open(month(number))
    gated.wait()


def test_while_a_newer_one_is_made_the_one_before_stays_and_says_that_it_is(gated: Made) -> None:
    gated.drafts.find(MARCH, "1")
    gated.open()
    gated.wait()
    old = gated.drafts.find(MARCH, "2")
    assert old.folder is not None
    assert (old.current, (old.folder / "head.json").exists()) == (False, True)
    gated.open()
    gated.wait()
    new = gated.drafts.find(MARCH, "2")
    assert new.current
    assert new.folder != old.folder
    assert not old.folder.exists()


def test_one_process_at_a_time_and_those_that_wait_are_made_in_their_order(gated: Made) -> None:
    for number in (1, 2, 3):
        gated.drafts.find(month(number), "1")
    for number in (1, 2, 3):
        gated.open(month(number))
    gated.wait()
    assert [asked[1] for asked in gated.asked()] == ["2026-01", "2026-02", "2026-03"]


def test_of_a_report_that_waits_only_the_last_moment_is_made(gated: Made) -> None:
    gated.drafts.find(month(1), "1")
    for moment in ("1", "2", "3"):
        gated.drafts.find(month(2), moment)
    gated.open(month(1))
    gated.open(month(2))
    gated.wait()
    assert [asked[1] for asked in gated.asked()] == ["2026-01", "2026-02"]
    assert gated.drafts.find(month(2), "3").current


def test_who_asks_for_everything_at_once_is_told_to_come_back(gated: Made) -> None:
    for number in range(MOST_WAITING):
        assert gated.drafts.find(month(number), "1").failed is None
    refused = gated.drafts.find(month(99), "1").failed
    assert refused is not None
    assert "ask again later" in str(refused.text)


def test_a_failure_is_said_in_its_last_words_and_tried_again_only_on_demand(made: Made) -> None:
    bad = Which("config.toml", "", Asked("bad"))
    for _ in range(3):
        failed = made.found(bad).failed
        assert failed is not None
        assert (failed.code, str(failed.text)) == (2, "no such period, �[31mwrite another")
    assert len(made.asked()) == 1
    made.drafts.find(bad, "1", again=True)
    made.wait()
    assert len(made.asked()) == 2


def test_a_process_that_is_killed_says_so(made: Made) -> None:
    failed = made.found(Which("config.toml", "", Asked("mute"))).failed
    assert failed is not None
    assert (failed.code, str(failed.text)) == (-9, "its process ended with -9; is there enough memory?")


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    made = Made(tmp_path, gate=True, limit=0.05)
    failed = made.found().failed
    made.drafts.close()
    assert failed is not None
    assert "it took more than 0.05 s" in str(failed.text)


def test_a_program_that_cannot_be_started_fails_one_report_and_not_the_server(tmp_path: Path) -> None:
    drafts = Made(tmp_path)
    drafts.drafts.process = Process(1, (str(tmp_path / "gone"),))
    failed = drafts.found().failed
    drafts.drafts.close()
    assert failed is not None
    assert str(failed.text) == "No such file or directory"


def test_pdf_and_xlsx_are_made_of_the_document_that_is_there_each_once(made: Made) -> None:
    whole = made.found()
    assert whole.folder is not None
    pdf = made.found(piece=Piece("pdf", "sv"))
    assert pdf.folder == whole.folder
    assert (pdf.folder / "report.sv.pdf").exists()
    made.found(piece=Piece("pdf", "sv"))
    made.found(piece=Piece("xlsx"))
    assert [asked[2:] for asked in made.asked()] == [
        ["document", "None"],
        ["pdf", f"{whole.folder}/report.json"],
        ["xlsx", f"{whole.folder}/report.json"],
    ]


def test_a_file_that_is_asked_for_first_comes_after_its_document(made: Made) -> None:
    made.drafts.find(MARCH, "1", Piece("pdf"))
    made.wait()
    assert made.found(piece=Piece("pdf")).folder is not None


def test_no_more_are_kept_than_may_be_and_what_was_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    made = Made(tmp_path, most=2)
    first, second = made.found(month(1)), made.found(month(2))
    made.drafts.find(month(1), "1")
    made.found(month(3))
    assert first.folder is not None
    assert second.folder is not None
    assert (first.folder.exists(), second.folder.exists()) == (True, False)
    made.drafts.close()


def test_no_more_bytes_are_kept_than_may_be_but_for_the_one_that_was_asked_for_last(tmp_path: Path) -> None:
    made = Made(tmp_path, most_bytes=1)
    first, second = made.found(month(1)), made.found(month(2))
    assert first.folder is not None
    assert second.folder is not None
    assert (first.folder.exists(), second.folder.exists()) == (False, True)
    made.drafts.close()


def test_at_the_end_nothing_runs_and_nothing_is_left(tmp_path: Path) -> None:
    made = Made(tmp_path, gate=True)
    place = made.drafts._place
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    made.drafts.find(MARCH, "1")
    with (made.gate / "2026-03").open("w"):  # it is there, and waits for us to close
        pid = int(made.asked()[0][0])
        made.drafts.close()
    assert not place.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
