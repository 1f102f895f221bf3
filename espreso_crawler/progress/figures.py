"""The figures of a crawl, from Scrapy's stats and the ledger's counts; how fast they grow, and when that ends."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

WINDOW = 60.0
"""Seconds over which a rate is taken."""
PREFIX = "espreso/"
"""Of this project's stats."""
EMITTED = PREFIX + "emitted"
SETTLED = 20.0
"""Seconds that a walk must have gone on before its end is foretold."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run has done so far. The same for a running crawl and for a run file."""

    seen: int = 0
    """Feed entries and addresses of lists, as often as they were shown."""
    new: int = 0
    """Of these, what the ledger did not have."""
    fetched: int = 0
    """Answers of every kind, fetched or read from an archive."""
    written: int = 0
    """Lines of articles."""
    revised: int = 0
    """Of these, new revisions of known articles."""
    unchanged: int = 0
    """Articles of which there is nothing new to say."""
    failed: int = 0
    """Pages, and records of an archive, that could not be fetched or read."""
    held: int = 0
    """Rows in quarantine."""
    checked: int = 0
    """Rows that wait for the monitors' verdict."""
    queued: int = 0
    """Entries that this run leases: to be fetched, or not written yet."""
    planned: int = 0
    """Pages of an archive that this run reads."""
    size: int = 0
    """Their bytes, as far as they have been read, unpacked."""
    workers: int = 0
    """Who reads them beside this process."""

    @classmethod
    def of(
        cls, stats: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]], *, checked: int = 0, queued: int = 0
    ) -> Self:
        """Put them together from Scrapy's stats and from the ledger's counts of the run, by group."""
        feed, listed, outcome = (counts.get(group, {}) for group in ("feed", "listed", "outcome"))
        return cls(
            seen=feed.get("seen", 0) + sum(listed.values()),
            new=feed.get("appeared", 0) + listed.get("new", 0),
            fetched=stats.get("response_received_count", 0) + stats.get(PREFIX + "archive/read", 0),
            written=stats.get(EMITTED, 0),
            revised=stats.get(EMITTED + "/revised", 0),
            unchanged=stats.get(PREFIX + "unchanged", 0) + stats.get(PREFIX + "earlier", 0),
            failed=stats.get("espreso/failures", 0) + stats.get(PREFIX + "archive/flaws", 0),
            held=outcome.get("quarantined", 0),
            checked=checked,
            queued=queued,
            planned=stats.get(PREFIX + "archive/pages", 0) - stats.get(PREFIX + "archive/lists", 0),
            size=stats.get(PREFIX + "archive/bytes", 0),
            workers=stats.get(PREFIX + "archive/workers", 0),
        )


COUNTED = ("seen", "fetched", "written", "revised", "unchanged", "failed", "held")
"""The figures that are always shown, in the order in which an entry passes them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a feed that is being read back. Times are aware."""

    host: str
    newest: datetime
    reached: datetime
    below: datetime | None
    """Where it ends; None when only the archive's end does."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A host that is left alone for a while, or whose next request has to wait."""

    host: str
    until: datetime | None
    """Aware; None for a host that is merely asked slowly, or given up for this run without a time."""
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """All that is shown at one moment."""

    figures: Figures
    elapsed: float
    """Seconds."""
    pages_a_minute: float
    spans: tuple[tuple[Span, datetime | None], ...] = ()
    """What is read back, each with the expected end."""
    waits: tuple[Wait, ...] = ()
    end: datetime | None = None
    """When an archive will have been read."""


class Course:
    """Figures over time. ``now`` is aware, ``clock`` the monotonic clock in seconds."""

    def __init__(self, clock: float) -> None:
        self._began = clock
        self._pages = deque([(clock, 0)])
        self._first: dict[str, tuple[float, datetime]] = {}

    def state(self, figures: Figures, spans: list[Span], waits: list[Wait], *, now: datetime, clock: float) -> State:
        """Return what is shown now."""
        self._pages.append((clock, figures.fetched))
        while len(self._pages) > 2 and self._pages[1][0] <= clock - WINDOW:  # noqa: PLR2004  # two make a rate
            self._pages.popleft()
        then, before = self._pages[0]
        rate = (figures.fetched - before) / (clock - then) * 60 if clock > then else 0.0
        expected = tuple((span, self._end(span, now, clock)) for span in spans)
        left = figures.planned - figures.fetched
        end = now + timedelta(minutes=left / rate) if left > 0 and rate else None
        return State(figures, clock - self._began, rate, expected, tuple(waits), end)

    def _end(self, span: Span, now: datetime, clock: float) -> datetime | None:
        """Return when a walk will be done if it goes on as it did so far; None while nobody can say."""
        since, top = self._first.setdefault(span.host, (clock, span.reached))
        if top < span.reached:  # another stretch, higher up
            since, top = self._first[span.host] = (clock, span.reached)
        descended = (top - span.reached).total_seconds()
        if span.below is None or descended <= 0 or clock - since < SETTLED:
            return None
        left = max((span.reached - span.below).total_seconds(), 0.0)
        return now + timedelta(seconds=left * (clock - since) / descended)
