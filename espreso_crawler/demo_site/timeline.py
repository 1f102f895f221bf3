"""When each article was published: number to minute and minute to number, without a table of articles."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from espreso_crawler.demo_site.chance import mixed

KYIV = ZoneInfo("Europe/Kyiv")

_DAYS = 7
_DAY_MINUTES = 1440
# Working days carry more news than the weekend (Monday first; the shares add up to seven days).
_WEEKDAY_SHARES = (1.08, 1.12, 1.12, 1.10, 1.08, 0.74, 0.76)
# News per hour of the day, midnight first: quiet nights, a rush in the morning and one before the evening.
_HOURS = (3, 2, 1, 1, 1, 2, 5, 9, 12, 14, 13, 12, 11, 12, 13, 12, 13, 15, 15, 13, 10, 8, 6, 4)
_HOUR_SUMS = tuple(accumulate(_HOURS, initial=0))
_LAST_DAY = date(9000, 1, 1)
# One article in this many shares the minute of the article before it.
_BURST = 6


@lru_cache(maxsize=4096)
def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=KYIV).timestamp()) // 60


def minute_of(instant: datetime) -> int:
    """Return the whole minutes from 1970 (UTC) to an aware instant, rounded down."""
    return int(instant.timestamp() // 60)


@lru_cache(maxsize=8192)
def kyiv_time(minute: int) -> datetime:
    """Return the Kyiv time (aware, right offset on both sides of a clock change) of a minute since 1970."""
    return datetime.fromtimestamp(minute * 60, KYIV)


class Timeline:
    """Publication times of the articles 1, 2, 3 …: `per_day` a day on average from `first_day`, in bursts.

    Minutes are whole minutes since 1970 (UTC); days are Kyiv days, 23 or 25 hours long at a clock change.
    """

    def __init__(self, first_day: date, per_day: int, seed: int) -> None:
        self._first_day = first_day
        self._seed = seed
        self._per_week = per_day * _DAYS
        shares = [_WEEKDAY_SHARES[(first_day.weekday() + day) % _DAYS] for day in range(_DAYS)]
        self._sums = [round(per_day * total) for total in accumulate(shares, initial=0.0)]
        self.last_number = (_LAST_DAY - first_day).days // _DAYS * self._per_week
        """The greatest number that has a time; `datetime` ends soon after."""
        self.newest = lru_cache(maxsize=1 << 16)(self._newest)  # a feed asks for that of each entry that was moved

    def published_minute(self, number: int) -> int:
        """Return the minute in which article `number` (from 1) appears."""
        week, place = divmod(number - 1, self._per_week)
        weekday = bisect_right(self._sums, place) - 1
        return self._minute(week * _DAYS + weekday, place - self._sums[weekday])

    def published(self, number: int) -> datetime:
        """Return the Kyiv time at which article `number` appears."""
        return kyiv_time(self.published_minute(number))

    def _newest(self, minute: int) -> int:
        """Return the number of the last article out by the end of a minute; 0 before the first."""
        day = (kyiv_time(minute).date() - self._first_day).days
        if day < 0:
            return 0
        week, weekday = divmod(day, _DAYS)
        count = self._sums[weekday + 1] - self._sums[weekday]
        out_today = bisect_right(range(count), minute, key=lambda place: self._minute(day, place))
        return week * self._per_week + self._sums[weekday] + out_today

    def _minute(self, day: int, place: int) -> int:
        start = _midnight(self._first_day + timedelta(days=day))
        length = _midnight(self._first_day + timedelta(days=day + 1)) - start
        if place and mixed(self._seed, day, place, 1) % _BURST == 0:
            place -= 1
        return start + self._minutes_into(day, place) * length // _DAY_MINUTES

    def _minutes_into(self, day: int, place: int) -> int:
        weekday = day % _DAYS
        count = self._sums[weekday + 1] - self._sums[weekday]
        jitter = mixed(self._seed, day, place, 2) % 1000
        share = (place * 1000 + jitter) * _HOUR_SUMS[-1] / (count * 1000)
        hour = bisect_right(_HOUR_SUMS, share) - 1
        return int((hour + (share - _HOUR_SUMS[hour]) / _HOURS[hour]) * 60)
