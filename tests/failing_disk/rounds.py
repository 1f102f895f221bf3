"""Rounds on one site: a crawl whose disk fails at one call, a healthy one after it, and what then is wrong."""

import errno
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from tests.chaos.children import Child, crawl, ended, given, nothing, scrapy
from tests.chaos.rounds import SETTINGS
from tests.chaos.verdict import Verdict, verdict
from tests.failing_disk.shim import FOR_EVER, LOSES, SHORT, Failure, arm
from tests.site import DemoSite

OUTPUT = 4
"""Exit code of a crawl that could not write."""
FRESH = 3
"""Articles that come before each crawl; one of the last changes."""
PER_HOME = 10
"""Failures in one place after the other; the first of them meets a crawl that makes ledger, output and archive."""
FOLDERS = ("state", "output", "archive")
HOWS = {
    "fsync": ((errno.EIO, 0), (errno.EIO, LOSES), (errno.EIO, LOSES | FOR_EVER)),
    "write": ((errno.EIO, 0), (errno.ENOSPC, FOR_EVER), (errno.ENOSPC, SHORT), (errno.ENOSPC, SHORT | FOR_EVER)),
}
OTHERS = ((errno.EIO, 0), (errno.ENOSPC, FOR_EVER))
NO_FAILURE = Failure("", "", 0, 0)

Calls = Counter[tuple[str, str]]
"""How many calls of a kind a crawl makes on files of a folder."""


@dataclass
class Rounds:
    """Failing disks on one site, each home of crawls in a folder of its own."""

    demo: DemoSite
    home: Path
    chance: Random
    failed: Counter[str] = field(default_factory=Counter)
    """Disks that failed, by folder and kind of call."""
    ends: Counter[int] = field(default_factory=Counter)
    """Exit codes of the crawls that met one."""
    crawls: int = 0
    found: Verdict = field(default_factory=Verdict)
    """All that was wrong after a crawl that said that all was well, or after a healthy one."""
    strange: list[str] = field(default_factory=list)
    """Crawls that ended otherwise than they should, and what the commands found."""

    def run(self, failures: int) -> None:
        """Let so many disks fail."""
        calls = self._calls()
        drawn = [_drawn(each, self.chance) for each in calls]
        rounds = 0
        while self.failed.total() < failures and rounds < 3 * failures:
            if rounds % PER_HOME == 0:
                home = Home(self.home / str(rounds), self.demo.control.state()["newest"])
            self._round(home, next(drawn[rounds % PER_HOME > 0]))
            rounds += 1
            if rounds % PER_HOME == 0 or self.failed.total() >= failures:
                self._ask(home)

    def _calls(self) -> list[Calls]:
        """Return the calls of a first crawl, and of a later one."""
        home, calls = Home(self.home / "calls", self.demo.control.state()["newest"]), list[Calls]()
        for _ in range(2):
            self._news()
            child = self._crawl(home, NO_FAILURE)
            calls.append(home.calls(child))
            self._judge(home, child)
        return calls

    def _round(self, home: "Home", failure: Failure) -> None:
        self._news()
        child = self._crawl(home, failure)
        hits = sum(home.calls(child).values())
        if not hits:
            return  # this crawl made fewer calls
        self.failed[f"{failure.kind} in {failure.folder}"] += 1
        self.ends[child.code or 0] += 1
        if child.code == 0:
            self._judge(home, child, failure)
        elif child.code != OUTPUT or not is_told(child.log.read_text("utf-8"), home.path):
            self._note(f"{failure}: exit code {child.code}", child)
        self._judge(home, self._crawl(home, None), failure)

    def _news(self) -> None:
        newest = self.demo.control.publish(FRESH)["newest"]
        self.demo.control.advance(1)  # feed times have no seconds
        self.demo.control.update(newest - FRESH, "text")

    def _crawl(self, home: "Home", failure: Failure | None) -> Child:
        self.crawls += 1
        log = home.path / f"{self.crawls}.log"
        now = datetime.fromisoformat(self.demo.control.state()["now"])
        first = (lambda: arm(home.path, failure, log.with_suffix(".calls"))) if failure else nothing
        home.path.mkdir(parents=True, exist_ok=True)
        child = crawl(self.demo.url, home.settings(), log=log, now=now, first=first)
        return ended([child])[0]

    def _judge(self, home: "Home", child: Child, failure: Failure = NO_FAILURE) -> None:
        """Look at everything a crawl left that ended well."""
        if child.code:
            self._note(f"after {failure}: exit code {child.code}", child)
        last = self.demo.control.state()["newest"]
        found = verdict(home.path / "output", map(self.demo.control.truth, range(home.first + 1, last + 1)))
        for kind in vars(found):
            getattr(self.found, kind).extend(f"{failure}: {each}" for each in getattr(found, kind))
        if not found.is_well():
            self._note(f"{failure}", child)

    def _ask(self, home: "Home") -> None:
        """Let the commands that check say what they find."""
        asked = [
            scrapy(["ledger", name, *given(home.settings())], log=home.path / f"{name}.log")
            for name in ("reconcile", "verify-archive")
        ]
        for each in ended(asked):
            if each.code:
                self._note(each.log.stem, each)

    def _note(self, text: str, child: Child) -> None:
        self.strange.append(f"{text}: {child.log}\n{child.log.read_text('utf-8')[-3000:]}")


@dataclass
class Home:
    """One place of crawls: ledger, output and archive."""

    path: Path
    first: int
    """The newest article before its first crawl."""

    def settings(self) -> dict[str, str]:
        # The site never fails here, so a crawl waits for it however busy the machine is.
        places = {f"ESPRESO_{name.upper()}": str(self.path / name) for name in FOLDERS}
        return SETTINGS | {"DOWNLOAD_TIMEOUT": "60"} | places

    def calls(self, child: Child) -> Calls:
        """Return what the shim told of a crawl."""
        told = child.log.with_suffix(".calls").read_text("utf-8").splitlines()
        kinds_paths = (line.split(" ", 1) for line in told)
        return Counter(
            (Path(path).relative_to(self.path).parts[0], kind) for kind, path in kinds_paths if Path(path) != self.path
        )


def is_told(log: str, home: Path) -> bool:
    """Whether a crawl said in its last line what failed, and nothing but lines for people."""
    last = log.rstrip().rpartition("\n")[2]
    return "Traceback" not in log and last.startswith("scrapy crawl: ") and str(home) in last


def _drawn(calls: Calls, chance: Random) -> Iterator[Failure]:
    """Draw failures without end: every kind of call in every folder, each in every way, at any of its calls."""
    ways = [
        (folder, kind, *how) for (folder, kind) in sorted(calls) if folder in FOLDERS for how in HOWS.get(kind, OTHERS)
    ]
    chance.shuffle(ways)
    for folder, kind, error, how in itertools.cycle(ways):
        yield Failure(folder, kind, chance.randint(1, calls[folder, kind]), error, how)
