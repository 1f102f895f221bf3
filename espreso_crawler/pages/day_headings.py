"""The day headings and times of a feed, read from the newest entry down, to instants."""

from datetime import date, datetime, time, timedelta

from espreso_crawler.processors import dates

LONGEST_TIME = len("00:00")
A_DAY = timedelta(days=1)
SLOW_CLOCK = timedelta(hours=1)


class Clock:
    """The heading in force, and what it makes of a time."""

    def __init__(self, fetched_at: datetime) -> None:
        self._fetched_at = fetched_at
        self._captured = dates.in_kyiv(fetched_at).date()
        self.wrong_weekdays = 0
        """Headings whose weekday is not that day's."""
        self.unread: list[str] = []
        """Headings without a day that can be read."""
        self.line = ""
        """The heading in force."""
        self.day: date | None = None
        """Its day; None when it cannot be read: the day before is over all the same."""
        self._is_relative = False
        self.day_of_entry: date | None = None
        self._above: datetime | None = None

    def take(self, line: str) -> None:
        """Take a day heading."""
        line = line[: dates.LONGEST_LINE]
        found = dates.day_heading(line, self._captured)
        is_inner = line in self.line if found is None else self.day and _is_repeated(found.day, self.day)
        if is_inner:
            return
        self.line, self.day = line, found.day if found else None
        self._is_relative = dates.is_relative(line)
        if found is None:
            self.unread.append(line)
        elif found.weekday_agrees is False:
            self.wrong_weekdays += 1

    def moment(self, line: str) -> datetime | None:
        """Return an entry's instant; in October's doubled hour, entries below are not later than those above."""
        line = line[: dates.LONGEST_LINE]
        clock: time | None = dates.printed_time(line)
        # An entry may name its day itself, beside its time.
        own = dates.day_heading(line, self._captured) if len(line) > LONGEST_TIME else None
        self.day_of_entry = own.day if own else self.day
        if clock is None or self.day_of_entry is None:
            return None
        if self._is_relative and self._is_ahead(self.day_of_entry, clock):
            self._turn_back()
        self._above = dates.kyiv(self.day_of_entry, clock, not_after=self._above or self._fetched_at)
        return self._above

    def _is_ahead(self, day: date, clock: time) -> bool:
        return dates.kyiv(day, clock, not_after=self._fetched_at) > self._fetched_at + SLOW_CLOCK

    def _turn_back(self) -> None:
        """Take a page whose "Today" is still to come for one that was made before midnight."""
        self._captured -= A_DAY
        self.day = self.day_of_entry = self.day - A_DAY if self.day else None


def _is_repeated(inner: date, outer: date) -> bool:
    """Return whether a heading says the day of the one around it, which gives the year."""
    return (inner.month, inner.day) == (outer.month, outer.day)
