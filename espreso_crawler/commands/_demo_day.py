"""The crawls of the demo's day: ordinary ones, in processes of their own; the clock moves between them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from espreso_crawler.ledger_places import SQLITE
from espreso_crawler.options import SECRETS
from espreso_crawler.places import Places, base
from espreso_crawler.site import NEWS

if TYPE_CHECKING:
    from espreso_crawler.demo_site import Site

CRAWLS = ("10:00", "12:00", "18:30")
"""An article counts as removed when two crawls six hours apart found it gone: so there are three."""
SPAN = timedelta(hours=24)
"""What the first crawl goes back."""
NO_WAITING = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False")
"""The sites belong to the user."""
WARNINGS_ONLY = "LOG_LEVEL=WARNING"
"""No table at the end of each crawl: the day has its own."""


class Day:
    """Three crawls of the sites at `sites`, by URL."""

    def __init__(self, sites: "Mapping[str, Site]", where: Places, settings: Sequence[str], console: Console) -> None:
        self._sites, self._console = sites, console
        self.page = where.output / "report.html"
        """Where the report is written."""
        self._log = where.state / "crawl.log"
        self._log.parent.mkdir(parents=True)
        places = (
            f"ESPRESO_OUTPUT={where.output}",
            f"ESPRESO_STATE={where.state}",
            f"ESPRESO_LEDGER={SQLITE}{where.ledger}",
            "ESPRESO_ARCHIVE=",  # that of your crawls holds no invented pages
        )
        own = [*places, f"LOG_FILE={self._log}", *NO_WAITING]
        self._settings = [part for given in (WARNINGS_ONLY, *settings, *own) for part in ("-s", given)]

    def crawl(self) -> int:
        """Crawl; return the first exit code that is not 0."""
        clocks = f"{', '.join(CRAWLS[:-1])} and {CRAWLS[-1]}"
        self._console.print(f"An invented news site, crawled at {clocks} on a day of its own")
        for clock in CRAWLS:
            now = self._at(clock)
            since = ["-a", f"since={(now - SPAN).isoformat()}"] if clock == CRAWLS[0] else []
            start = ",".join(f"{url}{NEWS}" for url in self._sites)
            code = self._run(now, "crawl", "read_also", "-a", f"start={start}", *since)
            if code:
                self._console.print(f"The crawl of {clock} ended with exit code {code}: see {self._log}")
                return code
        return 0

    def report(self) -> int:
        """Write the day as a page, as it stands after the last crawl; return the exit code."""
        return self._run(self._at(CRAWLS[-1]), "report", str(self.page), stdout=subprocess.DEVNULL)

    def _at(self, clock: str) -> datetime:
        """Set the sites' clocks to a time of the day, and return it."""
        for site in self._sites.values():
            hour, minute = map(int, clock.split(":"))
            site.clock.set(site.options.now.replace(hour=hour, minute=minute))
        return next(iter(self._sites.values())).clock.now()

    def _run(self, now: datetime, *arguments: str, stdout: int | None = None) -> int:
        command = [sys.executable, "-m", "espreso_crawler.commands._at_time", now.isoformat()]
        command += [*arguments, *self._settings]
        told = {name: value for name, value in os.environ.items() if name not in SECRETS}  # nobody hears of the day
        with subprocess.Popen(command, cwd=base(), stdout=stdout, env=told) as child:  # noqa: S603  # our own program
            before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            try:
                code = _ended(child)
            finally:
                signal.signal(signal.SIGTERM, before)
        return code if code >= 0 else 128 - code  # as a shell says that a signal ended it


def _ended(child: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # a terminal gives it to the child too, which ends in order
