"""Sealing: waiting lines become a file that is there whole or not at all, under numbers without holes.

The plan (number, path, rows) is committed first; giving the file its name is the delivery; a second commit takes the
rows out of the outbox. The process that finds a plan asks one question: is its file there? Then it was delivered, else
the plan is void.

In object storage the delivery is to put the object if there is none of its name. A late put cannot be stopped, so a
plan is never void there: the process that finds it puts the same bytes under the same name.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from itertools import takewhile
from pathlib import Path

import orjson

from espreso_crawler import durable
from espreso_crawler.exceptions import NameTaken
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery import files, objects, segment_paths
from espreso_crawler.ledger.delivery.leaving_out import without
from espreso_crawler.ledger.delivery.lines import STREAMS, Stream
from espreso_crawler.ledger.delivery.plans import Plan, delivered, manifest
from espreso_crawler.ledger.liveness import Lock
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import outbox_rows, revision_rows, segment_rows
from espreso_crawler.ledger.store.database import Database
from espreso_crawler.object_path import ObjectPath

SEAL_LOCK = "seal.lock"


def next_number(db: Database, stream: Stream) -> int:
    """Return the number after a stream's last segment, inside the caller's transaction."""
    return 1 + segment_rows.latest(db, stream)


def continue_after(db: Database, latest: Mapping[str, int]) -> None:
    """Let a ledger in memory number its segments after those on the disk, which it knows nothing of."""
    with db.transaction("continue"):
        segment_rows.elsewhere(db, [(stream, number) for stream, number in latest.items() if number])


class Segments:
    """``ledger.segments``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._due_since: dict[Stream, float] = {}

    def is_due(self) -> bool:
        """Whether a stream has a full segment waiting, or lines that have waited `Rules.seal_seconds`."""
        due = [self._is_due(stream) for stream in STREAMS]  # ask each: asking starts its clock
        return any(due)

    def seal(self, *, wait: float = 0.0) -> list[str]:
        """Seal every line that may go out; returns the new files, relative to the output folder.

        One process seals at a time. While another does, this one returns at once with nothing (after `wait`
        seconds): its lines go out with the next seal.
        """
        with self.alone(wait) as is_alone:
            return [path for stream in STREAMS for path in self._seal(stream)] if is_alone else []

    def settle_plans(self) -> None:
        """Finish or void what a dead sealer left; nothing to do while a living one is at work."""
        with self.alone(0.0) as is_alone:
            if is_alone:
                self.settle_alone()

    def settle_alone(self) -> None:
        """Do the same; the caller keeps others from sealing.

        Raises NameTaken, once all streams were looked at, when one of them has to wait for a person.
        """
        taken: NameTaken | None = None
        for stream in STREAMS:
            try:
                self._settle_plan(stream)
            except NameTaken as error:
                taken = taken or error
        if taken:
            raise taken

    @contextmanager
    def alone(self, wait: float) -> Iterator[bool]:
        """Tell whether this process may touch sealed files, and keep others from it meanwhile.

        `wait` is in seconds. It does not nest.
        """
        if self._session.locks is None:
            yield True
            return
        lock = Lock.take_within(self._seal_lock(self._session.locks), wait, self._session.db.locks)
        try:
            yield lock is not None
        finally:
            if lock:
                lock.release()

    def _seal_lock(self, locks: Path) -> Path:
        """Return the file that the one who seals holds: where all can see it that write into the output.

        A lost session lets go of the database's lock while its process may be stopped between writing a file and its
        link; nobody may void its plan then.
        """
        output = self._session.output
        if self._session.db.locks is None or isinstance(output, ObjectPath):
            return locks / SEAL_LOCK
        files.make_folder(output)
        return output / f".{SEAL_LOCK}"

    def replace(self, stream: Stream, number: int) -> str:
        """Write a sealed segment again under the next number, without what it is to be written again without.

        The caller keeps others from sealing. Returns the new file, relative to the output folder.
        """
        session = self._session
        with session.db.transaction("plan"):
            path, schema_version, first, last = segment_rows.file(session.db, stream, number)
            new = next_number(session.db, stream)
            name = f"{Path(path).parent}/{segment_paths.file_name(new, self._run_in_name())}"
            plan = Plan(stream, new, session.run, name, schema_version, first, last, "[]", number)
            segment_rows.plan(session.db, astuple(plan))
        crash_point("seal:planned")
        self._deliver(plan)
        return name

    def _run_in_name(self) -> str | None:
        return None if isinstance(self._session.output, ObjectPath) else self._session.run

    def _lines(self, plan: Plan) -> Iterable[bytes]:
        """Return the lines of a plan: the same ones, whenever and by whichever process they are asked for."""
        db = self._session.db
        if plan.replaces is None:
            return outbox_rows.lines(db, plan.rows)
        old = segment_rows.file(db, plan.stream, plan.replaces)["path"]
        return without(db, plan.stream, plan.replaces, self._session.output / old)

    def _is_due(self, stream: Stream) -> bool:
        waiting = outbox_rows.waiting(self._session.db, stream)
        if not waiting:
            self._due_since.pop(stream, None)
            return False
        since = self._due_since.setdefault(stream, time.monotonic())
        rules = self._session.rules
        return waiting >= rules.seal_items or time.monotonic() - since >= rules.seal_seconds

    def _seal(self, stream: Stream) -> list[str]:
        self._settle_plan(stream)
        self._due_since.pop(stream, None)
        sealed = []
        while plan := self._plan(stream):
            self._deliver(plan)
            sealed.append(plan.path)
        return sealed

    def _plan(self, stream: Stream) -> Plan | None:
        session = self._session
        with session.db.transaction("plan"):
            ready = outbox_rows.ready(session.db, stream, session.rules.seal_items)
            if not ready:
                return None
            kind = tuple(ready[0][1:3])
            ready = list(takewhile(lambda row: tuple(row[1:3]) == kind, ready))  # one day, one schema version
            number = next_number(session.db, stream)
            path = segment_paths.segment_path(stream, number, day=kind[0], run=self._run_in_name())
            times, rows = (
                sorted(row["at"] for row in ready),
                orjson.dumps([row["seq"] for row in ready]).decode(),
            )
            plan = Plan(stream, number, session.run, path, kind[1], times[0], times[-1], rows, None)
            segment_rows.plan(session.db, astuple(plan))
        crash_point("seal:planned")
        return plan

    def _deliver(self, plan: Plan) -> None:
        path = self._session.output / plan.path
        written = objects.put(plan, path, self._lines(plan)) if isinstance(path, ObjectPath) else self._link(plan, path)
        self._mark_sealed(plan, written)

    def _link(self, plan: Plan, path: Path) -> files.Written:
        files.make_folder(path.parent)
        if strangers := segment_paths.with_number(path.parent, plan.number):
            raise files.strange(strangers[0])
        written = files.write_lines(path, self._lines(plan))
        crash_point("seal:written")
        files.write_document(files.manifest_of(path), manifest(plan, written))
        crash_point("seal:manifest-renamed")
        files.deliver(path)
        return written

    def _mark_sealed(self, plan: Plan, written: files.Written) -> None:
        db = self._session.db
        if plan.replaces is not None:
            self._remove_replaced(plan)
        with db.transaction("seal"):
            if plan.replaces is None or plan.stream != "articles":
                revision_rows.place_waiting(db, plan.number, plan.rows)
            else:
                revision_rows.place_pairs(db, plan.number, self._pairs(plan))
            outbox_rows.drop(db, plan.rows)
            segment_rows.seal(
                db, plan.stream, plan.number, count=written.count, size=written.bytes, sha256=written.sha256
            )
            if plan.replaces is not None:
                segment_rows.replaced(db, plan.stream, plan.replaces)

    def _pairs(self, plan: Plan) -> str:
        with (self._session.output / plan.path).open("rb") as file:
            records = (orjson.loads(line) for line in file)
            return orjson.dumps([[record["id"], record["revision"]] for record in records]).decode()

    def _remove_replaced(self, plan: Plan) -> None:
        row = segment_rows.file(self._session.db, plan.stream, plan.replaces)
        old = self._session.output / row["path"]
        if isinstance(old, ObjectPath):
            objects.empty(old, plan.number)
            return
        files.remove(old, files.manifest_of(old))
        durable.sync_folder(old.parent)

    def _settle_plan(self, stream: Stream) -> None:
        for row in segment_rows.planned(self._session.db, stream):
            plan = Plan(*row)
            path = self._session.output / plan.path
            if written := delivered(plan, path):
                if isinstance(path, Path):
                    files.remove(durable.temporary(path))
                    durable.sync_folder(path.parent)
                self._mark_sealed(plan, written)
            elif isinstance(path, ObjectPath):
                self._deliver(plan)
            else:
                self._void(plan, path)

    def _void(self, plan: Plan, path: Path) -> None:
        """Take back a plan whose file was not delivered, or was damaged since: the outbox has its lines."""
        manifest = files.manifest_of(path)
        files.remove(path, durable.temporary(path), manifest, durable.temporary(manifest))
        with self._session.db.transaction("void"):
            segment_rows.void(self._session.db, plan.stream, plan.number)
