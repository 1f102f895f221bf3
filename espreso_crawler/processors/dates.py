"""Dates as the editions print them, in English, Ukrainian and Russian, to aware Kyiv times; pure functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache

from espreso_crawler import site

KYIV = site.TIME_ZONE

# One row a month: English, Ukrainian genitive and nominative, Russian genitive and nominative, short forms.
MONTHS = {
    form: number
    for number, forms in enumerate(
        (
            "january січня січень января январь jan січ янв",
            "february лютого лютий февраля февраль feb лют фев февр",
            "march березня березень марта март mar бер берез мар",
            "april квітня квітень апреля апрель apr кві квіт апр",
            "may травня травень мая май тра трав",
            "june червня червень июня июнь jun чер черв июн",
            "july липня липень июля июль jul лип июл",
            "august серпня серпень августа август aug сер серп авг",
            "september вересня вересень сентября сентябрь sep sept вер верес сен сент",
            "october жовтня жовтень октября октябрь oct жов жовт окт",
            "november листопада листопад ноября ноябрь nov лис листоп ноя нояб",
            "december грудня грудень декабря декабрь dec гру груд дек",
        ),
        start=1,
    )
    for form in forms.split()
}
WEEKDAYS = {
    form: number
    for number, forms in enumerate(
        (
            "monday понеділок понедельник mon пн",
            "tuesday вівторок вторник tue вт",
            "wednesday середа среда wed ср",
            "thursday четвер четверг thu чт",
            "friday п'ятниця пятница fri пт",
            "saturday субота суббота sat сб",
            "sunday неділя воскресенье sun нд вс",
        )
    )
    for form in forms.split()
}
# Days before the day of capture.
RELATIVE = {
    form: age
    for age, forms in enumerate(("today сьогодні сегодня", "yesterday вчора учора вчера", "позавчора позавчера"))
    for form in forms.split()
}
WORD = r"[^\W\d_]+(?:['\u2019\u02bc`][^\W\d_]+)?"
DAY = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+({WORD})\.?(?:\s*,?\s+(\d{{4}}))?(?!\d)(?:\s*,?\s*({WORD}))?", re.IGNORECASE
)
MONTH_FIRST = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:.])(?:\s*,?\s+(\d{4})(?!\d))?", re.IGNORECASE
)
NUMERIC = re.compile(r"(?<![\d.,:/-])([0-9]{1,2})([./-])([0-9]{1,2})(?:\2([0-9]{4}|[0-9]{2}))?(?![\d:%]|[.,/-]\d)")
ISO_DAY = re.compile(r"(?<![\d./-])([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})(?!\d)")
YEAR = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})(?!\d)(?:\s*,?\s*({WORD}))?")
TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
TOKEN = re.compile(r"\w+(?:['\u2019\u02bc`]\w+)?")
# Words that stand in a line of nothing but a day and a time: "14 грудня 2025 року о 19:51".
BESIDE = frozenset(("о", "об", "at", "on", "в", "р", "року", "г", "года", "am", "pm"))
FIRST_YEAR, LAST_YEAR = 2000, 2100  # what lies outside is no date of a page
LONGEST_LINE = 1_000  # characters that are looked at
CENTURY, LAST_MONTH = 2000, 12
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
    for found, month, printed_year, weekday in _days(text):
        if printed_year or year:
            return _checked(printed_year or year or 0, month, found, weekday)
    return None


def day_heading(text: str, latest: date) -> PrintedDay | None:
    """Return the day of a feed's day heading: year and weekday before the day, no year at all, `13.12`, "Yesterday".

    A heading without a year means the last such day up to the one after ``latest``, the day of capture: around
    midnight the site may be a day ahead of a clock that is slow.

    >>> day_heading("2024, Tuesday 24 December", date(2024, 12, 24))
    PrintedDay(day=datetime.date(2024, 12, 24), weekday_agrees=True)
    """
    year = YEAR.search(text)
    if not year:
        years = (latest.year + 1, latest.year, latest.year - 1)
        days = (printed_day(text, year) for year in years if MINYEAR <= year <= MAXYEAR)
        found = next((day for day in days if day and day.day.toordinal() <= latest.toordinal() + 1), None)
        return found or (None if any(_days(text)) else _relative_day(text, latest))
    day = printed_day(text, int(year[1]))
    if day and day.weekday_agrees is None and year[2]:
        return _checked(day.day.year, day.day.month, day.day.day, year[2])
    return day


def is_relative(text: str) -> bool:
    """Return whether a heading names its day by the day of capture alone, such as "Yesterday"."""
    return not any(_days(text)) and not RELATIVE.keys().isdisjoint(_tokens(text))


def is_only_date(text: str) -> bool:
    """Return whether a line says nothing but a day, a time or both; also one that cannot be, such as `31.02`.

    >>> is_only_date("Вчора, 19:51"), is_only_date("14 грудня відкрили міст"), is_only_date("250")
    (True, False, False)
    """
    has_name = False
    for token in _tokens(text):
        if token in MONTHS or token in WEEKDAYS or token in RELATIVE:
            has_name = True
        elif token not in BESIDE and not token.isdecimal():
            return False
    return has_name or any(pattern.search(text) for pattern in (NUMERIC, ISO_DAY, TIME))


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


@lru_cache(maxsize=256)
def stamp_day(text: str | None) -> date | None:
    """Return the day that an ISO 8601 date or time begins with, or that a date in another form names.

    >>> stamp_day("2025-12-14")
    datetime.date(2025, 12, 14)
    """
    text = (text or "").strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        day = printed_day(text)
        return day.day if day else None


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


def _days(text: str) -> Iterator[tuple[int, int, int | None, str | None]]:
    """Yield the days that a text may name: day, month, year if there is one, the word that may be a weekday."""
    text = text[:LONGEST_LINE]
    for number, word, year, weekday in DAY.findall(text):
        if month := MONTHS.get(word.casefold()):
            yield int(number), month, int(year or 0) or None, weekday
    for word, number, year in MONTH_FIRST.findall(text):
        if month := MONTHS.get(word.casefold()):
            yield int(number), month, int(year or 0) or None, _weekday_in(text)
    for year, _, month, number in ISO_DAY.findall(text):
        yield int(number), int(month), int(year), _weekday_in(text)
    for first, border, second, year in NUMERIC.findall(text):
        day, month = int(first), int(second)
        is_american = border == "/" and month > LAST_MONTH
        if is_american:
            day, month = month, day
        if border != "/" or day > LAST_MONTH or day == month:  # 03/04 may be either
            full_year = int(year) + (CENTURY if len(year) == 2 else 0) if year else None  # noqa: PLR2004  # of two digits
            yield day, month, full_year, _weekday_in(text)


def _relative_day(text: str, latest: date) -> PrintedDay | None:
    age = next((RELATIVE[token] for token in _tokens(text) if token in RELATIVE), None)
    return None if age is None or not is_only_date(text) else PrintedDay(latest - timedelta(days=age))


def _weekday_in(text: str) -> str | None:
    return next((token for token in _tokens(text) if token in WEEKDAYS), None)


def _tokens(text: str) -> Iterator[str]:
    return (token[0].casefold().translate(APOSTROPHES) for token in TOKEN.finditer(text[:LONGEST_LINE]))


def _checked(year: int, month: int, day: int, weekday: str | None) -> PrintedDay | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    number = WEEKDAYS.get(weekday.casefold().translate(APOSTROPHES)) if weekday else None
    return PrintedDay(found, None if number is None else number == found.weekday())
