"""Reports that pages show: each is made by a process of its own, one after the other, and kept for a while."""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

from slabridge.text.said import said
from slabridge.web.draft import WHOLE, Found, Piece, Which
from slabridge.web.process import Failed, Process, now
from slabridge.web.request import Request

MOST_WAITING = 20
_MOST_FAILED = 100


@dataclass(slots=True)
class _Kept:
    moment: str
    folder: Path
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    which: Which
    piece: Piece
    moment: str


@dataclass(slots=True)
class Drafts:
    """Makes what is asked for, and keeps it in a folder that nobody else reads, until `close`.

    No more than `most` reports and `most_bytes` are kept: what was asked for longest ago goes first.
    """

    most: int = 30
    most_bytes: int = 1 << 30
    process: Process = field(default_factory=Process)
    _place: Path = field(init=False)
    _changed: Condition = field(default_factory=Condition, init=False)
    _jobs: dict[_Job, int | None] = field(default_factory=dict, init=False)
    _kept: dict[Which, _Kept] = field(default_factory=dict, init=False)
    _failed: dict[_Job, Failed] = field(default_factory=dict, init=False)
    _made: int = field(default=0, init=False)
    _closed: bool = field(default=False, init=False)
    _thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        """Begin to work."""
        self._place = Path(tempfile.mkdtemp(prefix="slabridge-"))
        self._thread = Thread(target=self._work, name="drafts", daemon=True)
        self._thread.start()

    def find(self, which: Which, moment: str, piece: Piece = WHOLE, *, again: bool = False) -> Found:
        """Return how a report stands, of a moment of the state; it is made where it is not there.

        While a newer one is made the one before stays. What failed is tried `again` on demand alone.
        """
        with self._changed:
            kept = self._kept.pop(which, None)
            if kept is not None:
                self._kept[which] = kept  # asked for last
            there = kept is not None and (kept.folder / piece.file).exists()
            folder = kept.folder if kept is not None and there else None
            if kept is None:
                job = _Job(which, WHOLE, moment)
            else:
                job = _Job(which, piece, moment if piece == WHOLE else kept.moment)
                if there and kept.moment == job.moment:
                    return Found(folder, kept.moment == moment)
            if again:
                self._failed.pop(job, None)
            failed = self._failed.get(job) or self._ask(job)
            return Found(folder, False, self._jobs.get(job), failed)

    def _ask(self, job: _Job) -> Failed | None:
        if job in self._jobs:
            return None
        for other, begun in list(self._jobs.items()):
            if begun is None and (other.which, other.piece) == (job.which, job.piece):
                del self._jobs[other]  # of an earlier moment
        if len(self._jobs) >= MOST_WAITING:
            text = said("%(count)s reports are being made or wait for it; ask again later", count=len(self._jobs))
            return Failed(now(), 0, text)
        self._jobs[job] = None if self._jobs else now()
        self._changed.notify_all()
        return None

    def close(self) -> None:
        """End what is being made, and remove all that was."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.process.end()
        self._thread.join()
        shutil.rmtree(self._place, ignore_errors=True)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._jobs))
                if self._closed:
                    return
                job = next(iter(self._jobs))
                self._jobs[job] = now()
                kept = self._kept.get(job.which)
            folder = self._place / "making"
            try:
                folder.mkdir()
                failed = self._make(job, folder, kept)
                with self._changed:
                    if failed is None:
                        self._keep(job, folder)
            except OSError as error:
                failed = Failed(now(), 0, error.strerror or type(error).__name__)
            shutil.rmtree(folder, ignore_errors=True)
            with self._changed:
                del self._jobs[job]
                if failed is not None:
                    self._failed[job] = failed
                while len(self._failed) > _MOST_FAILED:
                    del self._failed[next(iter(self._failed))]
                self._changed.notify_all()

    def _make(self, job: _Job, folder: Path, kept: _Kept | None) -> Failed | None:
        asked, which = job.which.asked, job.which
        document = None
        if job.piece != WHOLE:
            if kept is None or kept.moment != job.moment:
                return None  # what it was to be made of is gone; it is made of what is there when it is asked for next
            document = str(kept.folder / "report.json")
        request = Request(
            folder=str(folder),
            config=which.config,
            digest=which.digest,
            period=asked.period,
            services=asked.services,
            customer=asked.customer,
            by=asked.by,
            number=which.number,
            form=job.piece.form,
            language=job.piece.language,
            document=document,
            base=which.base,
            query=which.query,
            outside=which.outside,
        )
        return self.process.made(request)

    def _keep(self, job: _Job, folder: Path) -> None:
        before = self._kept.get(job.which)
        if job.piece == WHOLE:
            self._made += 1
            place = folder.rename(self._place / str(self._made))
            self._kept[job.which] = _Kept(job.moment, place, _bytes(place))
            if before is not None:
                shutil.rmtree(before.folder)
        elif before is not None and before.moment == job.moment:
            (folder / job.piece.file).rename(before.folder / job.piece.file)
            before.size = _bytes(before.folder)
        while len(self._kept) > 1 and (len(self._kept) > self.most or self._size() > self.most_bytes):
            oldest = next(one for one in self._kept if one != job.which)
            shutil.rmtree(self._kept.pop(oldest).folder)

    def _size(self) -> int:
        return sum(one.size for one in self._kept.values())


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())
