"""Rounds of crawls of which some are killed, and the undisturbed ones at the end."""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from espreso_crawler.demo_site import DemoSite
from espreso_crawler.ledger.crash import STEPS
from tests.chaos.children import STARTS, Child, crawl
from tests.chaos.newsroom import FAULTS, Newsroom
from tests.crawls import NO_WAITING

KILLED = -9
ANY_MOMENT = "any moment"
AT_A_STEP = 0.7
"""Share of rounds in which the crawl is to die at a step; in the others it is killed from outside."""
TWO_JOBS = 0.3
LONG = 100
"""Kills from which on a crawl is stopped for a minute meanwhile."""
STOPPED_SECONDS = 60
HALF = 0.5
PAUSE = 0.04
WRONG_CLOCK = 0.1
MOST_ARRIVALS = 3
"""A crawl dies at its first to third arrival at the step."""
LONGEST_LIFE = 0.8
"""Seconds after which a crawl that is to be killed from outside is dead."""
SETTINGS = NO_WAITING | {
    "ESPRESO_BACKOFF_SECONDS": "0",
    # A failing page shall not end as failed: that would be no loss, but it would be no proof either.
    "ESPRESO_MAX_ATTEMPTS": "1000",
    "ESPRESO_RECHECK": "1h 6h 1d",
    "ESPRESO_SEAL_ITEMS": "5",
    "ESPRESO_SEAL_SECONDS": "0.2",
    "DOWNLOAD_TIMEOUT": "1",
    "RETRY_TIMES": "0",
    "LOG_LEVEL": "WARNING",
}
ENDS = (0, 3)
"""Exit codes of a crawl that was not killed: 3 when the start page was among the answers that fail."""
SETTLING = (timedelta(0), timedelta(hours=25), timedelta(hours=7), timedelta(0))
"""By how much the clock moves before undisturbed crawls: past all re-checks, then past the second refusal."""


@dataclass
class Chaos:
    """One series of rounds against one site, in one folder."""

    demo: DemoSite
    newsroom: Newsroom
    home: Path
    chance: Random
    kills: Counter[str] = field(default_factory=Counter)
    crawls: int = 0
    stopped_seconds: int = 0
    """How long a crawl was stopped that ended well all the same, at least."""
    strange_ends: list[str] = field(default_factory=list)
    """Crawls that ended otherwise than by a kill, well, or at an unreadable start page."""

    def run(self, kills: int) -> None:
        """Kill so many crawls, after one that begins the coverage: what came before it was never asked for."""
        self._watch([self._start()], is_busy=False)
        self.demo.control.set_faults(*FAULTS)
        rounds, stopped = 0, self._stopped() if kills >= LONG else None
        while self.kills.total() < kills and rounds < 3 * kills:
            rounds += 1
            self.newsroom.work()
            self._round()
        if stopped:
            self._let_go(stopped)
        self.demo.control.set_faults()

    def settle(self) -> None:
        """Crawl undisturbed until nothing is left to do, at several later times."""
        for forward in SETTLING:
            self.demo.control.advance(forward.total_seconds() / 60)
            while True:
                self.demo.control.clear_log()
                self._watch([self._start()], is_busy=False)
                if len(self.demo.control.log()) <= 2:  # robots.txt and the start page
                    break

    def _stopped(self) -> Child:
        """Start a crawl, and stop it by SIGSTOP while it is at work; the rounds go on beside it."""
        self.newsroom.control.publish(MOST_ARRIVALS)
        self.demo.control.clear_log()
        child = self._start()
        while len(self.demo.control.log()) <= MOST_ARRIVALS and not child.is_over():
            time.sleep(PAUSE)
        os.kill(child.pid, signal.SIGSTOP)
        return child

    def _let_go(self, child: Child) -> None:
        """Let a stopped crawl go on, a minute after its start at the earliest."""
        time.sleep(max(0.0, child.started + STOPPED_SECONDS - time.monotonic()))
        os.kill(child.pid, signal.SIGCONT)
        child.started = time.monotonic()
        self._watch([child])
        self.stopped_seconds = STOPPED_SECONDS if child.code in ENDS else 0

    def _round(self) -> None:
        children = [self._doomed()]
        if self.chance.random() < TWO_JOBS:
            spider = self.chance.choice(list(STARTS))
            children.append(self._doomed(spider) if self.chance.random() < HALF else self._start(spider=spider))
        self._watch(children)

    def _watch(self, children: list[Child], *, is_busy: bool = True) -> None:
        """Wait for the ends of crawls, while the newsroom works on."""
        running = children
        while running := [child for child in running if not child.is_over()]:
            if is_busy and self.chance.random() < HALF:
                self.newsroom.act()
            time.sleep(PAUSE)
        for child in children:
            self._note(child)

    def _doomed(self, spider: str = "read_also") -> Child:
        if self.chance.random() >= AT_A_STEP:
            child = self._start(spider=spider)
            child.life = self.chance.uniform(0, LONGEST_LIFE)
            return child
        fewest = min(self.kills[step] for step in STEPS)
        step = self.chance.choice([step for step in STEPS if self.kills[step] == fewest])
        once = step.startswith(("close:", "recovery:"))
        return self._start(f"{step}@{1 if once else self.chance.randint(1, MOST_ARRIVALS)}", spider)

    def _start(self, step: str = "", spider: str = "read_also") -> Child:
        self.crawls += 1
        now = self.newsroom.now()
        if step and self.chance.random() < WRONG_CLOCK:
            now += timedelta(hours=self.chance.uniform(-2, 2))
        settings = SETTINGS | {
            "ESPRESO_OUTPUT": str(self.home / "output"),
            "ESPRESO_STATE": str(self.home / "state"),
        }
        return crawl(
            self.demo.url, settings, log=self.home / f"crawl-{self.crawls}.log", now=now, step=step, spider=spider
        )

    def _note(self, child: Child) -> None:
        if child.is_hanging():
            self.strange_ends.append(f"hung: {child.log}")
        elif child.code == KILLED:
            self.kills[child.step.partition("@")[0] or ANY_MOMENT] += 1
        elif child.code not in ENDS:
            self.strange_ends.append(f"exit code {child.code}: {child.log.read_text('utf-8')[-2000:]}")
