"""Crawls in child processes that begin in a tenth of a second: forked from a process that has imported everything."""

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import time_machine
from scrapy import cmdline

from espreso_crawler.ledger import crash
from espreso_crawler.tagging import tagger

PAUSE = 0.04
LONGEST_CRAWL = 150
"""Seconds after which a crawl counts as hanging: longer than it may wait for one that is stopped in a commit."""
STARTS = {"read_also": "/news", "rss": "/rss"}
"""Spiders, and what they begin with."""
BROKEN = 70
"""Exit code of a child in which something else than a crawl went wrong."""


@dataclass
class Child:
    """One crawl."""

    pid: int
    step: str
    """The step it was told to die at; empty for none."""
    log: Path
    started: float = field(default_factory=time.monotonic)
    life: float = LONGEST_CRAWL
    """Seconds after which it is killed from outside."""
    code: int | None = None
    """Exit code, negative for a signal; None while it runs."""

    def is_over(self) -> bool:
        """Look whether it has ended, without waiting; kill it if its time has come."""
        if self.code is None:
            if time.monotonic() - self.started > self.life:
                os.kill(self.pid, signal.SIGKILL)
                self.code = _exit_code(os.waitpid(self.pid, 0))
            else:
                self.code = _exit_code(os.waitpid(self.pid, os.WNOHANG))
        return self.code is not None

    def is_hanging(self) -> bool:
        """Whether it had to be killed though it was to end by itself."""
        return self.is_over() and self.life == LONGEST_CRAWL and time.monotonic() - self.started > LONGEST_CRAWL


def nothing() -> None:
    """Do nothing."""


def given(settings: Mapping[str, str]) -> list[str]:
    """Return settings as a command takes them."""
    return [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]


def ended(children: Sequence[Child]) -> Sequence[Child]:
    """Wait for the end of children."""
    while not all([child.is_over() for child in children]):  # noqa: C419  # each is looked at
        time.sleep(PAUSE)
    return children


def scrapy(
    arguments: Sequence[str],
    *,
    log: Path,
    now: datetime | None = None,
    step: str = "",
    first: Callable[[], None] = nothing,
) -> Child:
    """Start ``scrapy <arguments>`` at another time of day, to die at a step of the ledger's protocol.

    The child calls `first` before all else.
    """
    pid = os.fork()
    if pid:
        return Child(pid, step, log)
    code = BROKEN
    try:
        _redirect(log)
        first()
        crash.arm(step)
        if now:
            time_machine.travel(now, tick=True).start()
        cmdline.execute(["scrapy", *arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)


def crawl(
    url: str,
    settings: Mapping[str, str],
    *,
    log: Path,
    now: datetime,
    step: str = "",
    spider: str = "read_also",
    first: Callable[[], None] = nothing,
) -> Child:
    """Start ``scrapy crawl`` of a site."""
    asked = ["crawl", spider, "-a", f"start={url}{STARTS[spider]}", *given(settings)]
    return scrapy(asked, log=log, now=now, step=step, first=first)


def warm(url: str, folder: Path) -> None:
    """Import here what a crawl imports, as a first crawl tells, so that the forked ones need not."""
    folder.mkdir(parents=True)
    names = folder / "modules.json"
    settings = {"ESPRESO_OUTPUT": str(folder / "output"), "ESPRESO_STATE": str(folder / "state")}
    pid = os.fork()
    if not pid:
        try:
            _redirect(folder / "log")
            cmdline.execute(
                ["scrapy", "crawl", "read_also", "-a", f"start={url}/news", "-a", "limit=1", *given(settings)]
            )
        except SystemExit:
            names.write_text(json.dumps(sorted(sys.modules)))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    for name in json.loads(names.read_text()):
        # The reactor is installed by being imported, and each child needs one of its own.
        if not name.endswith("internet.reactor"):
            with suppress(ImportError):
                importlib.import_module(name)
    tagger(None, frozenset())


def _exit_code(waited: tuple[int, int]) -> int | None:
    pid, status = waited
    return os.waitstatus_to_exitcode(status) if pid else None


def _redirect(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
