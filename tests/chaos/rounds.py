"""Rounds of crawls and commands of which some are killed, and the undisturbed ones at the end."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from espreso_crawler.ledger import crash
from tests.chaos.children import PAUSE, STARTS, Child, crawl
from tests.chaos.newsroom import FAULTS, HELD, SLOW_PAGE, Newsroom
from tests.chaos.places import Places
from tests.chaos.quarantine import FRESH, REDESIGN, decide, quarantined, undecided
from tests.crawls import NO_WAITING
from tests.site import DemoSite

KILLED = -9
STEPS = (*crash.STEPS, *crash.HOLDING_STEPS, *crash.RELEASING_STEPS)
ANY_MOMENT = "any moment"
AT_A_STEP = 0.7
"""Share of rounds in which the crawl is to die at a step; in the others it is killed from outside."""
TWO_JOBS = 0.3
LONG = 100
"""Kills from which on a crawl is stopped for a minute meanwhile."""
STOPPED_SECONDS = 60
HALF = 0.5
WRONG_CLOCK = 0.1
MOST_ARRIVALS = 3
"""A crawl dies at its first to third arrival at the step."""
ONCE = ("close:", "recovery:", "hold:", "adopt:", "quarantine:", "baseline:")
"""Steps to which a crawl comes once, or not surely twice."""
PATIENT = {"DOWNLOAD_TIMEOUT": "60"}
"""For a crawl that waits for a slow page, and one that is to end well however busy the machine is."""
MOST_NEWS = 15
"""What happens on a site while its crawls run, at most: else a slow machine has ever more to read, and never ends."""
LONGEST_LIFE = 0.8
"""Seconds after which a crawl that is to be killed from outside is dead."""
SETTINGS = NO_WAITING | {
    "ESPRESO_BACKOFF_SECONDS": "0",
    # A failing page shall not end as failed: that would be no loss, but it would be no proof either.
    "ESPRESO_MAX_ATTEMPTS": "1000",
    # A look that fails comes again until ten times the last age; bursts of articles take days.
    "ESPRESO_RECHECK": "1h 6h 3d",
    "ESPRESO_SEAL_ITEMS": "5",
    "ESPRESO_SEAL_SECONDS": "0.2",
    "DOWNLOAD_TIMEOUT": "1",
    "RETRY_TIMES": "0",
    "LOG_LEVEL": "WARNING",
}
ENDS = (0, 3)
"""Exit codes of a crawl that was not killed: 3 when the start page was among the answers that fail."""
CONDEMNED = 5
"""One more while rows of a redesign are about."""
SETTLING = tuple(timedelta(hours=hours) for hours in (0, 73, 7, 72, 7, 0))
"""By how much the clock moves before undisturbed crawls: past all re-checks, then past the second refusal; the same
for re-checks that ended in quarantine, which come again later."""
AT_ONCE = SETTLING[1:2]
"""Enough where nothing is refused: past all re-checks."""


@dataclass(eq=False)
class Chaos:
    """One series of rounds against one site, in one folder."""

    demo: DemoSite
    newsroom: Newsroom
    home: Path
    """Of logs."""
    places: Places
    chance: Random
    steps: Sequence[str] = STEPS
    """Those at which crawls die."""
    kills: Counter[str] = field(default_factory=Counter)
    crawls: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    """More to tell of crawls: what, and how many."""
    decisions: int = 0
    """Commands over a quarantine."""
    stopped_seconds: int = 0
    """How long a crawl was stopped that ended well all the same, at least."""
    is_redesign_about: bool = False
    """Whether rows of another layout may wait for a verdict, or for a person."""
    strange_ends: list[str] = field(default_factory=list)
    """Crawls that ended otherwise than by a kill, well, or at an unreadable start page."""

    @property
    def kinds(self) -> dict[str, str]:
        """Ways to die, and what they are called."""
        return {step: f"killed at {step}" for step in (*self.steps, ANY_MOMENT)}

    @property
    def demos(self) -> list[DemoSite]:
        """The one site."""
        return [self.demo]

    def run(self, kills: int) -> None:
        """Kill so many crawls."""
        self.begin()
        rounds, stopped = 0, self._stopped() if kills >= LONG else None
        while self.kills.total() < kills and rounds < 3 * kills:
            rounds += 1
            self.newsroom.work()
            self._round()
        if stopped:
            self._let_go(stopped)
        self.demo.control.set_faults()

    def begin(self) -> None:
        """Crawl undisturbed, which begins the coverage: what came before was never asked for."""
        self._watch([self.start(is_patient=True)], is_busy=False)
        self.demo.control.set_faults(*FAULTS)

    def settle(self) -> None:
        """Crawl undisturbed until nothing is left to do, at several later times."""
        self._watch([self.start(is_patient=True)], is_busy=False)  # the last verdict over what the killed ones left
        for run in quarantined(self.places):
            self._watch([self._decide("release", run)], is_busy=False)
        self.is_redesign_about = False
        for forward in AT_ONCE if self.newsroom.is_quick else SETTLING:
            self.demo.control.advance(forward.total_seconds() / 60)
            while True:
                self.demo.control.clear_log()
                self._watch([self.start(is_patient=True)], is_busy=False)
                if len(self.demo.control.log()) <= 2:  # robots.txt and the start page
                    break

    def _stopped(self) -> Child:
        """Start a crawl, and stop it by SIGSTOP while it is at work; the rounds go on beside it.

        Not in the middle of a transaction: then all others wait two minutes for it, and end with exit code 4.
        """
        self.newsroom.control.publish(MOST_ARRIVALS)
        self.demo.control.clear_log()
        child = self.start()
        while len(self.demo.control.log()) <= MOST_ARRIVALS and not child.is_over():
            time.sleep(PAUSE)
        os.kill(child.pid, signal.SIGSTOP)
        while not child.is_over() and self._is_ledger_held():
            os.kill(child.pid, signal.SIGCONT)
            time.sleep(PAUSE)
            os.kill(child.pid, signal.SIGSTOP)
        return child

    def _is_ledger_held(self) -> bool:
        with closing(sqlite3.connect(self.places.database, timeout=PAUSE, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.rollback()
        return False

    def _let_go(self, child: Child) -> None:
        """Let a stopped crawl go on, a minute after its start at the earliest."""
        time.sleep(max(0.0, child.started + STOPPED_SECONDS - time.monotonic()))
        os.kill(child.pid, signal.SIGCONT)
        child.started = time.monotonic()
        self._watch([child])
        self.stopped_seconds = STOPPED_SECONDS if child.code in ENDS else 0

    def _round(self) -> None:
        step = self.next_step()
        if step in crash.RELEASING_STEPS:
            self._decided_round(step)
            return
        self._watch(self.begun(step))
        self.calm()

    def begun(self, step: str) -> list[Child]:
        """Start a round's crawls, the first of which is to die at a step."""
        if step.startswith("quarantine:"):
            self._redesign()
        elif step.startswith("hold:"):
            self.newsroom.control.publish(FRESH)
            self.demo.control.set_faults(*FAULTS, SLOW_PAGE)
        children = [self._doomed(step)]
        if self.chance.random() < TWO_JOBS:
            spider = self.chance.choice(list(STARTS))
            is_doomed = self.chance.random() < HALF
            children.append(self._doomed(self.next_step(), spider) if is_doomed else self.start(spider=spider))
        return children

    def hold(self) -> None:
        """Let the site keep its articles back until `calm`: a crawl is at work until then, however fast it is."""
        self.demo.control.set_faults(*FAULTS, HELD)

    def calm(self) -> None:
        """Take back what a round asked of the site."""
        self.demo.control.set_layout("plain")
        self.demo.control.set_faults(*FAULTS)

    def _decided_round(self, step: str) -> None:
        """Kill a command over a run's quarantine; where there is none yet, let a redesign fill it first."""
        command = step.partition(":")[0]
        if undecided(self.places, command) is None:
            self._redesign()
            self._watch([self.start()])
            self.demo.control.set_layout("plain")
        if run := undecided(self.places, command):
            self._watch([self._decide(command, run, step)])

    def _redesign(self) -> None:
        self.newsroom.control.publish(FRESH)
        self.demo.control.set_layout(REDESIGN)
        self.is_redesign_about = True

    def _watch(self, children: list[Child], *, is_busy: bool = True) -> None:
        """Wait for the ends of crawls, while the newsroom works on."""
        running, news = children, MOST_NEWS if is_busy else 0
        while running := [child for child in running if not child.is_over()]:
            if news and self.chance.random() < HALF:
                self.newsroom.act()
                news -= 1
            time.sleep(PAUSE)
        for child in children:
            self.note(child)

    def next_step(self) -> str:
        """Return a step at which few crawls were killed, or an empty text: any moment."""
        if self.chance.random() >= AT_A_STEP:
            return ""
        fewest = min(self.kills[step] for step in self.steps)
        return self.chance.choice([step for step in self.steps if self.kills[step] == fewest])

    def _doomed(self, step: str, spider: str = "read_also") -> Child:
        if not step:
            child = self.start(spider=spider)
            child.life = self.chance.uniform(0, LONGEST_LIFE)
            return child
        arrival = 1 if step.startswith(ONCE) else self.chance.randint(1, MOST_ARRIVALS)
        return self.start(f"{step}@{arrival}", spider)

    def start(
        self, step: str = "", spider: str = "read_also", places: Places | None = None, *, is_patient: bool = False
    ) -> Child:
        """Start a crawl, which is to die at a step if one is given; on another machine if its places are."""
        self.crawls += 1
        now = self.newsroom.now()
        if step and self.chance.random() < WRONG_CLOCK:
            now += timedelta(hours=self.chance.uniform(-2, 2))
        settings = SETTINGS | (places or self.places).settings()
        if is_patient or step.startswith("hold:"):
            settings |= PATIENT
        return crawl(
            self.demo.url, settings, log=self.home / f"crawl-{self.crawls}.log", now=now, step=step, spider=spider
        )

    def _decide(self, command: str, run: str, step: str = "") -> Child:
        self.decisions += 1
        log = self.home / f"{command}-{self.decisions}.log"
        return decide(command, run, SETTINGS | self.places.settings(), log=log, now=self.newsroom.now(), step=step)

    def note(self, child: Child, ends: Sequence[int] = ENDS) -> None:
        """Count a kill, or look whether a crawl ended as it may."""
        if child.is_hanging():
            self.strange_ends.append(f"hung: {child.log}")
        elif child.code == KILLED:
            self.kills[child.step.partition("@")[0] or ANY_MOMENT] += 1
        elif child.code not in ends and not (child.code == CONDEMNED and self.is_redesign_about):
            self.strange_ends.append(f"exit code {child.code}: {child.log.read_text('utf-8')[-2000:]}")
