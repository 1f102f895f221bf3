"""Observations for tests; no expectations."""

from datetime import UTC, datetime, timedelta
from typing import Any

from espreso_crawler.monitors import FeedObservation, Observation, Tally
from espreso_crawler.monitors.observations import MEASURED

EDITION = "ua"
LENGTHS = (70, 150, 2000)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows(
    count: int, *flaws: str, lengths: tuple[int, ...] = LENGTHS, silent: tuple[str, ...] = (), doubt: str = ""
) -> list[Observation]:
    """Return rows that lack these properties, say nothing about others, and have a doubt."""
    assert len(lengths) == len(MEASURED)
    return [Observation(EDITION, flaws, silent, lengths, (doubt,) if doubt else ()) for _ in range(count)]


def usual(count: int = 200, *flaws: str) -> list[Tally]:
    """Return what earlier runs saw: so many good rows, in runs of twenty."""
    return [Tally.of(rows(20, *flaws)) for _ in range(count // 20)]


def feed_of(**fields: Any) -> FeedObservation:
    """Return a good feed of forty entries, but for some fields."""
    given: dict[str, Any] = {
        "edition": EDITION,
        "is_known_markup": True,
        "times": [NOON - timedelta(minutes=7 * place) for place in range(40)],
        "without_headline": 0,
        "wrong_weekdays": 0,
    }
    return FeedObservation(**given | fields)
