"""Dates with a time as machines write them, in any common form, to aware Kyiv times; pure functions."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

from espreso_crawler.processors import dates

# Hours from UTC, summer and winter by their own names (RFC 5322, section 4.3, for the American ones).
ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
# What stands before the time, the time, what stands after it.
CLOCK = re.compile(
    r"(.*?)(?<!\d)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]\d+)?)?(?![\d:])\s*([ap]\.?m\b\.?)?(.*)",
    re.IGNORECASE | re.DOTALL,
)
OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])([0-9]{1,2}):?([0-9]{2})?", re.IGNORECASE)
ZONE = re.compile(r"[A-Za-z]{1,5}")
COMMENT = re.compile(r"\s*(?:\([^)]*\)|\[[^\]]*\])\s*$")  # the zone's name once more
EPOCH = re.compile(r"(?:/Date\()?([0-9]{10}|[0-9]{13})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")
BASIC = re.compile(r"[0-9]{8}T[0-9]{4}\S*")  # ISO 8601 without separators
LONGEST = 1_000
POSSIBLE_AHEAD = timedelta(days=2)
HALF_DAY = 12


@lru_cache(maxsize=1024)
def instant(text: str | None) -> datetime | None:
    """Return the instant of a date with a time: ISO 8601, mail and RSS, seconds since 1970, or as people print it.

    A time without a zone is Kyiv's; one in a zone that is not known gives None, as does a mere date.

    >>> instant("Sun, 14 Dec 2025 00:25:00 EET").isoformat()
    '2025-12-14T00:25:00+02:00'
    """
    text = (text or "").strip()[:LONGEST]
    try:
        if found := dates.stamp(text):
            return found
        if epoch := EPOCH.fullmatch(text):
            return dates.in_kyiv(datetime.fromtimestamp(int(epoch[1][:10]), UTC))
        if BASIC.fullmatch(text):
            moment = datetime.fromisoformat(text)
            return dates.in_kyiv(moment) if moment.tzinfo else dates.kyiv(moment.date(), moment.time())
        clock = CLOCK.fullmatch(text)
        return _at(clock) if clock else None
    except (ValueError, OverflowError):
        return None


def changed_between(text: str | None) -> tuple[datetime, datetime] | None:
    """Return the earliest and latest second that a sitemap's ``lastmod`` can mean: a date means a whole Kyiv day.

    The site's dates are Kyiv's: an article of 00:25 there bears that day. None for anything else, a mere month too.

    >>> [moment.isoformat() for moment in changed_between("2025-12-14")]
    ['2025-12-14T00:00:00+02:00', '2025-12-14T23:59:59+02:00']
    """
    day = dates.stamp_day(text)
    if day is None or not dates.FIRST_YEAR <= day.year <= dates.LAST_YEAR:
        return None
    moment = instant(text)
    return (moment, moment) if moment else (dates.kyiv(day, time()), dates.kyiv(day, time(23, 59, 59)))


def is_possible(moment: datetime, captured: datetime) -> bool:
    """Return whether a page captured then can be of this time: not before 2000, nor over two days ahead."""
    return moment.year >= dates.FIRST_YEAR and moment <= captured + POSSIBLE_AHEAD


def is_possible_day(day: date, captured: datetime) -> bool:
    """Return the same for a day."""
    return day.year >= dates.FIRST_YEAR and day <= dates.in_kyiv(captured + POSSIBLE_AHEAD).date()


def _at(clock: re.Match[str]) -> datetime | None:
    before, hour, minute, second, half, after = clock.groups()
    after = COMMENT.sub("", after).strip()
    offset = _offset(after)
    if offset is None and ZONE.fullmatch(after):
        return None  # a zone that is not known
    day = dates.printed_day(before) or dates.printed_day(after)
    day_of_mail = day.day if day else _day_of_mail(before)
    time_of_day = time(_hour(int(hour), half), int(minute), int(second or 0))
    if offset:
        return dates.in_kyiv(datetime.combine(day_of_mail, time_of_day, offset))
    return dates.kyiv(day_of_mail, time_of_day)


def _day_of_mail(text: str) -> date:
    """Return a day whose year may have two digits, as in RFC 822; raises ValueError for none."""
    try:
        return parsedate_to_datetime(f"{text} 00:00").date()
    except (IndexError, TypeError) as error:
        raise ValueError(f"no date of mail: {text!r}") from error


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of a day from one of a half day, if it is one."""
    return hour % HALF_DAY + (HALF_DAY if half[0] in "pP" else 0) if half else hour


def _offset(text: str) -> timezone | None:
    """Return the zone that a name or an offset says; None for none, or one that is not known."""
    found = OFFSET.fullmatch(text)
    if found:
        shift = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return timezone(-shift if found[1] == "-" else shift)
    hours = ZONES.get(text.lower())
    return None if hours is None else timezone(timedelta(hours=hours))
