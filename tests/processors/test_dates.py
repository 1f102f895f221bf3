"""Dates in three languages, feed headings with and without a year, Kyiv's clock over both changes, ISO stamps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from espreso_crawler.processors import dates

DAYS = st.dates(date(2013, 11, 24), date(2035, 12, 31))
MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
LANGUAGES = st.sampled_from(["en", "uk", "ru"])
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "uk": "понеділок вівторок середа четвер п'ятниця субота неділя",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
}
SPRING, AUTUMN = date(2025, 3, 30), date(2025, 10, 26)


def month(day: date, language: str) -> str:
    return MONTHS[language].split()[day.month - 1]


def weekday(day: date, language: str) -> str:
    return WEEKDAYS[language].split()[day.weekday()]


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@given(DAYS, LANGUAGES, st.sampled_from(["{d} {m}, {y} {w}", "{d:02} {m} {y}, {w}", " {d}\u00a0{m}, {y}  {w} "]))
def test_a_printed_day_in_three_languages(day: date, language: str, form: str):
    line = form.format(d=day.day, m=month(day, language), y=day.year, w=weekday(day, language))
    assert dates.printed_day(line) == dates.PrintedDay(day, weekday_agrees=True)


@given(DAYS, LANGUAGES, st.integers(1, 6))
def test_a_wrong_weekday_is_told_and_voids_nothing(day: date, language: str, shift: int):
    wrong = weekday(day + timedelta(days=shift), language)
    line = f"{day.day} {month(day, language)}, {day.year} {wrong}"
    assert dates.printed_day(line) == dates.PrintedDay(day, weekday_agrees=False)


@pytest.mark.parametrize("apostrophe", "'’ʼ`")
def test_friday_with_any_apostrophe(apostrophe: str):
    found = dates.printed_day(f"12 грудня, 2025 п{apostrophe}ятниця")
    assert found == dates.PrintedDay(date(2025, 12, 12), weekday_agrees=True)


@pytest.mark.parametrize("line", ["", "12 грудня", "31 квітня, 2025", "12 фруктів, 2025", "грудня 2025", "12:30"])
def test_what_is_no_day_gives_none(line: str):
    assert dates.printed_day(line) is None


@given(DAYS, LANGUAGES)
def test_a_feed_heading_with_the_year_line_first(day: date, language: str):
    line = f"{day.year}, {weekday(day, language)} {day.day} {month(day, language)}"
    assert dates.day_heading(line, date(2000, 1, 1)) == dates.PrintedDay(day, weekday_agrees=True)


@given(DAYS, LANGUAGES, st.integers(-1, 363))
@example(date(2024, 2, 29), "uk", 330)
@example(date(2026, 1, 1), "uk", -1)
def test_a_heading_without_a_year_means_the_last_such_day_or_tomorrow(day: date, language: str, age: int):
    found = dates.day_heading(f"{day.day} {month(day, language)}", day + timedelta(days=age))
    assert found and found.day == day


@given(MINUTES)
def test_a_printed_time(clock: time):
    assert dates.printed_time(f" {clock:%H:%M} ") == dates.printed_time(f"о {clock.hour}:{clock:%M}.") == clock


@pytest.mark.parametrize("line", ["", "24:00", "12:60", "4:4", "123:45", "12:345", "1:2:3"])
def test_what_is_no_time_gives_none(line: str):
    assert dates.printed_time(line) is None


@given(DAYS, MINUTES)
def test_kyiv_keeps_the_wall_clock_but_in_the_skipped_hour(day: date, clock: time):
    moment = dates.kyiv(day, clock)
    shown = moment.astimezone(UTC).astimezone(dates.KYIV)
    assert moment.utcoffset() in (timedelta(hours=2), timedelta(hours=3))
    assert shown.replace(tzinfo=None) == moment.replace(tzinfo=None)
    if moment.time() != clock:
        assert (clock.hour, moment.hour, moment.minute) == (3, 4, clock.minute)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (date(2025, 1, 15), time(12, 0), "2025-01-15T12:00:00+02:00"),
        (date(2025, 7, 15), time(12, 0), "2025-07-15T12:00:00+03:00"),
        (SPRING, time(2, 59), "2025-03-30T02:59:00+02:00"),
        (SPRING, time(3, 30), "2025-03-30T04:30:00+03:00"),
        (SPRING, time(4, 0), "2025-03-30T04:00:00+03:00"),
        (AUTUMN, time(2, 59), "2025-10-26T02:59:00+03:00"),
        (AUTUMN, time(3, 30), "2025-10-26T03:30:00+02:00"),
        (AUTUMN, time(4, 0), "2025-10-26T04:00:00+02:00"),
    ],
)
def test_both_changes_of_the_clock(day: date, clock: time, expected: str):
    assert iso(dates.kyiv(day, clock)) == expected


@pytest.mark.parametrize(
    ("not_after", "offset"),
    [
        (datetime(2025, 10, 26, 0, 45, tzinfo=UTC), "+03:00"),  # the hour has struck once
        (datetime(2025, 10, 26, 1, 45, tzinfo=UTC), "+02:00"),  # and twice
        (datetime(2025, 10, 26, 1, 15, tzinfo=UTC), "+03:00"),  # it has not come to half past again
    ],
)
def test_the_doubled_hour_is_not_later_than_what_is_known(not_after: datetime, offset: str):
    assert iso(dates.kyiv(AUTUMN, time(3, 30), not_after=not_after)) == f"2025-10-26T03:30:00{offset}"


@given(st.builds(datetime.combine, DAYS, st.times(), st.just(UTC)))
def test_a_stamp_is_the_same_instant_in_kyivs_offset(moment: datetime):
    whole = moment.replace(microsecond=0)
    assert dates.stamp(moment.isoformat()) == dates.stamp(f" {moment:%Y-%m-%dT%H:%M:%S}Z ") == whole
    assert dates.stamp(dates.in_kyiv(moment).isoformat()) == whole
    assert dates.in_kyiv(moment).utcoffset() in (timedelta(hours=2), timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-14T00:25:00+02:00", "2025-12-14T00:25:00+02:00"),
        ("2025-12-13T22:25:00Z", "2025-12-14T00:25:00+02:00"),
        ("2025-07-14T00:25:00+02:00", "2025-07-14T01:25:00+03:00"),
        ("2025-12-14 00:25", "2025-12-14T00:25:00+02:00"),
        ("2025-12-14T00:25:00.750", "2025-12-14T00:25:00+02:00"),
        ("2025-12-14", None),
        ("-0001-11-30T00:00:00+02:02", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2025-13-14T00:25:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_stamps(text: str | None, expected: str | None):
    assert iso(dates.stamp(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2025-12-14", date(2025, 12, 14)), (" 2025-12-14T23:59:00Z", date(2025, 12, 14)), ("2025", None), (None, None)],
)  # fmt: skip
def test_the_day_a_stamp_begins_with(text: str | None, expected: date | None):
    assert dates.stamp_day(text) == expected


def test_the_same_minute_in_two_offsets():
    one = datetime.fromisoformat("2025-12-14T00:25:41+02:00")
    assert dates.same_minute(one, datetime.fromisoformat("2025-12-13T22:25:00+00:00"))
    assert not dates.same_minute(one, one + timedelta(minutes=1))
