"""Dates as the editions print them, in English, Ukrainian and Russian, to aware Kyiv times; pure functions."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

KYIV = ZoneInfo("Europe/Kyiv")

# One row a month: English, Ukrainian genitive and nominative, Russian genitive and nominative.
MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "january січня січень января январь",
            "february лютого лютий февраля февраль",
            "march березня березень марта март",
            "april квітня квітень апреля апрель",
            "may травня травень мая май",
            "june червня червень июня июнь",
            "july липня липень июля июль",
            "august серпня серпень августа август",
            "september вересня вересень сентября сентябрь",
            "october жовтня жовтень октября октябрь",
            "november листопада листопад ноября ноябрь",
            "december грудня грудень декабря декабрь",
        ),
        start=1,
    )
    for form in forms.split()
}
WEEKDAYS = {
    form: number
    for number, forms in enumerate(
        (
            "monday понеділок понедельник",
            "tuesday вівторок вторник",
            "wednesday середа среда",
            "thursday четвер четверг",
            "friday п'ятниця пятница",
            "saturday субота суббота",
            "sunday неділя воскресенье",
        )
    )
    for form in forms.split()
}
WORD = r"[^\W\d_]+(?:['\u2019\u02bc`][^\W\d_]+)?"
DAY = re.compile(rf"(?<!\d)(\d{{1,2}})\s+({WORD})(?:\s*,?\s+(\d{{4}}))?(?!\d)(?:\s*,?\s*({WORD}))?")
YEAR = re.compile(rf"(?<!\d)(\d{{4}})(?!\d)(?:\s*,?\s*({WORD}))?")
TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
FIRST_YEAR, LAST_YEAR = 1990, 2100  # what lies outside is no date of a page
APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "`": "'"})


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """A day as printed, and whether the weekday beside it is the right one (None when none is printed)."""

    day: date
    weekday_agrees: bool | None = None


@lru_cache(maxsize=1024)
def printed_day(text: str, year: int | None = None) -> PrintedDay | None:
    """Return the day in a line such as ``14 грудня, 2025 неділя`` or ``4 March, 2024 Monday``; None if none is there.

    ``year`` serves where the line has none. A wrong weekday does not void the day: it is reported.

    >>> printed_day("14 грудня, 2025 неділя")
    PrintedDay(day=datetime.date(2025, 12, 14), weekday_agrees=True)
    """
    for match in DAY.finditer(text):
        number, word, printed_year, weekday = match.groups()
        month = MONTHS.get(word.casefold())
        if month and (printed_year or year):
            return _checked(int(printed_year or year or 0), month, int(number), weekday)
    return None


def day_heading(text: str, latest: date) -> PrintedDay | None:
    """Return the day of a feed's day heading, year and weekday before the day, or without a year at all.

    A heading without a year means the last such day up to the one after ``latest``, the day of capture: around
    midnight the site may be a day ahead of a clock that is slow.

    >>> day_heading("2024, Tuesday 24 December", date(2024, 12, 24))
    PrintedDay(day=datetime.date(2024, 12, 24), weekday_agrees=True)
    """
    year = YEAR.search(text)
    if not year:
        years = (latest.year + 1, latest.year, latest.year - 1)
        days = (printed_day(text, year) for year in years if MINYEAR <= year <= MAXYEAR)
        return next((day for day in days if day and day.day.toordinal() <= latest.toordinal() + 1), None)
    day = printed_day(text, int(year[1]))
    if day and day.weekday_agrees is None and year[2]:
        return _checked(day.day.year, day.day.month, day.day.day, year[2])
    return day


@lru_cache(maxsize=2048)
def printed_time(text: str) -> time | None:
    """Return the first time of day in the text, to the minute.

    >>> printed_time(" 00:25 ")
    datetime.time(0, 25)
    """
    match = TIME.search(text)
    return time(int(match[1]), int(match[2])) if match else None


def kyiv(day: date, clock: time, *, not_after: datetime | None = None) -> datetime:
    """Return the instant of a Kyiv wall clock time.

    In the doubled hour of October the later reading is taken, unless it lies after ``not_after``; a time that the
    March change skips is moved on by an hour, as every clock in Kyiv was.
    """
    earlier = datetime.combine(day, clock, KYIV)
    if _has_one_offset(day):
        return earlier
    later = earlier.replace(fold=1)
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    if not _exists(earlier):
        return in_kyiv(earlier)
    return earlier if not_after is not None and later.astimezone(UTC) > not_after else later


@lru_cache(maxsize=256)  # a page gives one stamp three times
def stamp(text: str | None) -> datetime | None:
    """Return the instant of an ISO 8601 time in Kyiv offset; a naive one is Kyiv time; anything else gives None.

    >>> stamp("2025-12-14T00:25:00+02:00").isoformat()
    '2025-12-14T00:25:00+02:00'
    """
    text = (text or "").strip()
    if not TIME.search(text[10:16]):  # a mere date
        return None
    try:
        moment = datetime.fromisoformat(text).replace(microsecond=0)
        return in_kyiv(moment) if moment.tzinfo else kyiv(moment.date(), moment.time())
    except ValueError:
        return None


def stamp_day(text: str | None) -> date | None:
    """Return the day that an ISO 8601 date or time begins with.

    >>> stamp_day("2025-12-14")
    datetime.date(2025, 12, 14)
    """
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def changed_between(text: str | None) -> tuple[datetime, datetime] | None:
    """Return the earliest and latest second that a sitemap's ``lastmod`` can mean: a date means a whole Kyiv day.

    The site's dates are Kyiv's: an article of 00:25 there bears that day. None for anything else, a mere month too.

    >>> [moment.isoformat() for moment in changed_between("2025-12-14")]
    ['2025-12-14T00:00:00+02:00', '2025-12-14T23:59:59+02:00']
    """
    day = stamp_day(text)
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    moment = stamp(text)
    return (moment, moment) if moment else (kyiv(day, time()), kyiv(day, time(23, 59, 59)))


def mail_date(text: str | None) -> datetime | None:
    """Return the instant of a date as mail and RSS write it (RFC 5322, section 3.3), in Kyiv offset; else None.

    >>> mail_date("Sun, 14 Dec 2025 00:25:00 +0200").isoformat()
    '2025-12-14T00:25:00+02:00'
    """
    try:
        moment = parsedate_to_datetime((text or "").strip())
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return in_kyiv(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def in_kyiv(moment: datetime) -> datetime:
    """Return the same instant with Kyiv's offset, to the second; an instant beyond the calendar raises ValueError."""
    try:
        return moment.astimezone(UTC).astimezone(KYIV).replace(microsecond=0)
    except OverflowError as error:
        raise ValueError(f"{moment.isoformat()} is outside the calendar") from error


def same_minute(one: datetime, other: datetime) -> bool:
    """Return whether two instants fall into the same minute: headers and feeds print no seconds."""
    return one.astimezone(UTC).replace(second=0) == other.astimezone(UTC).replace(second=0)


@lru_cache(maxsize=128)  # a feed's forty entries share two days; asking the zone for each costs more than parsing it
def _has_one_offset(day: date) -> bool:
    first, last = (datetime.combine(day, clock, KYIV) for clock in (time.min, time.max))
    return first.utcoffset() == last.utcoffset()


def _exists(moment: datetime) -> bool:
    return moment.astimezone(UTC).astimezone(KYIV).replace(tzinfo=None) == moment.replace(tzinfo=None)


def _checked(year: int, month: int, day: int, weekday: str | None) -> PrintedDay | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    number = WEEKDAYS.get(weekday.casefold().translate(APOSTROPHES)) if weekday else None
    return PrintedDay(found, None if number is None else number == found.weekday())
