"""Ledgers, sightings and drafts for tests, and readers of what was sealed; no expectations."""

import os
import select
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler import record
from espreso_crawler.identity import digests
from espreso_crawler.ledger import Draft, Ledger, Rules, Run, Sighting, crash, new_run_id
from espreso_crawler.ledger.delivery.segment_paths import segment_files
from espreso_crawler.ledger.store.opening import Place, is_there, opened
from tests.postgres import schema_of
from tests.waiting import wait_until

HOST = "espreso.tv"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SQLITE, POSTGRESQL = DRIVERS = ("sqlite", "postgresql")
server: str | None = None
"""Address of the server that the running test's ledgers are on; None for files."""
_made: dict[tuple[str, str], str] = {}
_watching: dict[str, Any] = {}
"""A connection to each server, which sees when sessions end."""
LONG_LIFE = 600
"""Seconds for which a child that nobody kills stays."""
QUICK = Rules(backoff=timedelta(0), backoff_max=timedelta(0))


def kills(steps: Iterable[str], counts: int) -> list[tuple[str, str, int]]:
    """Return drivers, steps and at which arrival there to kill.

    On a server only at the first: what differs there is how a session ends, and not what was done before.
    """
    return [
        (driver, step, count)
        for driver in DRIVERS
        for step in steps
        for count in range(1, counts + 1)
        if driver == SQLITE or count == 1
    ]


class Clock:
    """A clock that tests move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def open_ledger(
    root: Path,
    *,
    clock: Callable[[], datetime] | None = None,
    rules: Rules = QUICK,
    memory: bool = False,
    state: str = "state",
    place: Place | None = None,
) -> Ledger:
    """Open the ledger under a folder; another state folder stands for another machine."""
    clock = clock or Clock()
    run = Run(new_run_id(clock()), "read_also", {"edition": "ua"}, clock())
    place = None if memory else place or database(root)
    return Ledger.open(
        place, output=root / "output", state=root / state, run=run, record=record, rules=rules, clock=clock
    )


def database(root: Path) -> Place:
    """Return the place of the ledger under a folder: a file in it, or a schema of the server's that is its own."""
    if server is None:
        return root / "state" / "ledger.sqlite3"
    name = f"l{sha256(str(root).encode()).hexdigest()[:20]}"
    if (server, name) not in _made:
        _made[server, name] = schema_of(server, name)
    return _made[server, name]


def lose_database(root: Path) -> None:
    """Remove the ledger under a folder, if there is one."""
    place = database(root)
    if isinstance(place, Path):
        place.unlink(missing_ok=True)
        return
    _made.clear()
    with closing(opened(place, busy_seconds=60)) as connection:
        connection.write(f"DROP SCHEMA {place.rpartition('%3D')[2]} CASCADE")


def asked(root: Path, query: str, *values: Any) -> Any:
    """Return the first value of a query's first row; None when there is no ledger yet, and it is not made by asking."""
    place = database(root)
    if not is_there(place):
        return None
    if isinstance(place, Path):
        with closing(sqlite3.connect(place, timeout=60)) as file, suppress(sqlite3.OperationalError):
            return file.execute(query, values).fetchone()[0]
        return None
    with closing(opened(place, busy_seconds=60)) as connection:
        return connection.row(query, values)[0]


def url(number: int) -> str:
    return f"https://{HOST}/news-{number}"


def sighting(number: int, *, minutes: int = 0, **fields: Any) -> Sighting:
    """Return entry `number` of the feed, `minutes` after noon."""
    given: dict[str, Any] = {
        "headline": f"Headline {number}",
        "published_at": (NOON + timedelta(minutes=minutes)).isoformat(),
        "position": number,
    }
    return Sighting(url=url(number), host=HOST, edition="ua", **(given | fields))


def see(ledger: Ledger, *sightings: Sighting, **options: Any) -> list[Any]:
    """Let a ledger see a page of the feed."""
    return ledger.entries.see(sightings, seen_at=NOON, seen_on=f"https://{HOST}/", **options)


def draft(address: str, text: str = "text", *, version: str = "1", **fields: Any) -> Draft:
    """Return the draft of an article whose body is `text`."""
    section = fields.pop("section", "news")

    given: dict[str, Any] = {
        "entry_url": address,
        "url": address,
        "edition": "ua",
        "digests": digests({"headline": "Headline", "article_body": text}, {"article_section": section}),
        "extractor_version": version,
        "schema_version": "1.0",
        "fetched_at": NOON,
    } | fields
    body = {
        "event": None,
        "id": None,
        "revision": None,
        "url": address,
        "changes": [],
        "article_body": text,
        "text_digest": given["digests"].text,
        "record_digest": given["digests"].record,
        "extractor_version": version,
        "emitted_at": None,
    }
    return Draft(**({"body": orjson.dumps(body)} | given))


def sealed(root: Path, stream: str = "articles") -> list[dict[str, Any]]:
    """Return every line of a stream's sealed segments, in the order of their numbers."""
    return [
        orjson.loads(line)
        for file in segment_files(root / "output", stream)
        for line in file.path.read_bytes().splitlines()
    ]


def names(root: Path) -> list[str]:
    """Return every file of the output but the run files, relative to it."""
    output = root / "output"
    found = (path.relative_to(output) for path in output.rglob("*") if path.is_file() and path.name != ".seal.lock")
    return sorted(str(path) for path in found if path.parts[0] != "runs")


def run_files(root: Path) -> list[dict[str, Any]]:
    """Return every run file, by run id."""
    return [orjson.loads(path.read_bytes()) for path in sorted((root / "output" / "runs").glob("*.json"))]


def in_child(work: Callable[[], Any], *, crash_at: str = "") -> int:
    """Do some work in a child process, which may be told to die at a step; returns its exit code, -9 if killed."""
    with sessions_end():
        child = start_child(work, crash_at=crash_at)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def start_child(work: Callable[[], Any], *, crash_at: str = "") -> int:
    """Begin some work in a child process; returns its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        crash.arm(crash_at)
        work()
        code = 0
    finally:
        os._exit(code)


@contextmanager
def living_child(work: Callable[[], Any], until: Callable[[], bool] | None = None) -> Iterator[int]:
    """Let a child process do some work and then wait until it is killed at the end.

    Begins when the work is done, or when `until` holds, of work that does not end.
    """
    reading, writing = os.pipe()

    def stay() -> None:
        work()
        os.write(writing, b"done")
        time.sleep(LONG_LIFE)

    with sessions_end():
        child = start_child(stay)
        try:
            wait_until(until or (lambda: select.select([reading], [], [], 0)[0]))
            yield child
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reading)
            os.close(writing)


@contextmanager
def sessions_end() -> Iterator[None]:
    """Wait until a server has seen the end of all sessions that other processes began inside.

    Until then a run that was killed is alive for whoever asks.
    """
    before = sessions()
    yield
    wait_until(lambda: sessions() <= before, "the end of a dead process's sessions")


def sessions() -> set[int]:
    """Return the server's processes for sessions of ledgers, without any for a file."""
    if server is None:
        return set()
    if server not in _watching:
        import psycopg  # noqa: PLC0415  # there is no server without it

        _watching[server] = psycopg.connect(server, autocommit=True, application_name="looks on")
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'espreso_crawler'"
    return {pid for (pid,) in _watching[server].execute(query).fetchall()}
