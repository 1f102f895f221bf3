"""What of a list stands in order: entries that are pinned, promoted, misdated or moved out of it prove nothing."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from espreso_crawler.ledger import WITNESSES


def in_order(times: Sequence[datetime | None]) -> list[int]:
    """Return the places of the longest series of times that never rises; of several, one that ends newest.

    >>> from datetime import UTC
    >>> day = lambda number: datetime(2026, 1, number, tzinfo=UTC)
    >>> in_order([day(1), day(9), day(8), None, day(2), day(7)])
    [1, 2, 5]
    """
    tails: list[float] = []  # negated: bisect wants a series that rises
    at: list[int] = []  # place of the last entry of the best series of each length
    before: dict[int, int | None] = {}
    for place, time in enumerate(times):
        if time is None:
            continue
        value = -time.timestamp()
        length = bisect_right(tails, value)
        before[place] = at[length - 1] if length else None
        tails[length : length + 1], at[length : length + 1] = [value], [place]
    found = at[-1:]
    while found and (above := before[found[-1]]) is not None:
        found.append(above)
    return found[::-1]


def high(times: Sequence[datetime]) -> datetime:
    """Return the newest time that `WITNESSES` entries of a series in order agree on."""
    return times[min(WITNESSES - 1, (len(times) - 1) // 2)]


def low(times: Sequence[datetime]) -> datetime:
    """Return the oldest time that `WITNESSES` entries of a series in order agree on."""
    return times[-min(WITNESSES, len(times))]
