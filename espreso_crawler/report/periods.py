"""Days, weeks or months: whichever makes a readable number of columns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month"]
DAYS = 62
WEEKS = 104 * 7
MOST = 240
"""Columns of a chart; what is older than that many is left out, and the page says so."""


@dataclass(frozen=True)
class Periods:
    """The columns of a chart over time."""

    unit: Unit
    first: date
    last: date
    left_out: int
    """Days with articles that are older than the first column."""

    def of(self, day: date) -> date:
        """Return the first day of a day's period."""
        return first_of(day, self.unit)

    def after(self, first: date) -> date:
        """Return the first day of the next period."""
        if self.unit == "month":
            return first_of(first + timedelta(days=31), "month")
        return first + timedelta(days=7 if self.unit == "week" else 1)

    def __iter__(self) -> Iterator[date]:
        """Yield the first day of every period, oldest first."""
        period = self.first
        while period <= self.last:
            yield period
            period = self.after(period)


def first_of(day: date, unit: Unit) -> date:
    """Return the first day of the period that a day belongs to; weeks begin on Monday.

    >>> first_of(date(2026, 11, 29), "week"), first_of(date(2026, 11, 29), "month")
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 1))
    """
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def periods(days: Iterable[date]) -> Periods | None:
    """Return the periods that cover these days; None for no days."""
    known = sorted(days)
    if not known:
        return None
    span = (known[-1] - known[0]).days
    unit: Unit = "day" if span <= DAYS else "week" if span <= WEEKS else "month"
    last = first_of(known[-1], unit)
    first = first_of(known[0], unit)
    if unit == "month":
        oldest = last
        for _ in range(MOST - 1):
            oldest = first_of(oldest - timedelta(days=1), unit)
        first = max(first, oldest)
    return Periods(unit, first, last, sum(day < first for day in known))
