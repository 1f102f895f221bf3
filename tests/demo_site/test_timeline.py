"""Publication times: number to minute and back, clock changes, believable days."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from espreso_crawler.demo_site.timeline import KYIV, Timeline, kyiv_time, minute_of

TIMELINE = Timeline(date(2026, 1, 1), 66, seed=1)


def test_times_never_go_backwards() -> None:
    minutes = [TIMELINE.published_minute(number) for number in range(1, 66 * 365)]
    assert minutes == sorted(minutes)


@pytest.mark.parametrize("per_day", [1, 3, 66, 5000])
def test_newest_is_the_inverse_of_published(per_day: int) -> None:
    timeline = Timeline(date(2026, 1, 1), per_day, seed=3)
    for number in range(1, per_day * 60, max(1, per_day // 5)):
        minute = timeline.published_minute(number)
        newest = timeline.newest(minute)
        assert newest >= number
        assert timeline.published_minute(newest) == minute
        assert timeline.published_minute(newest + 1) > minute
        assert timeline.newest(minute - 1) < number


def test_nothing_is_out_before_the_first_day() -> None:
    assert TIMELINE.newest(minute_of(datetime(2025, 12, 31, 23, 59, tzinfo=KYIV))) == 0


def test_a_year_has_the_promised_number_of_articles() -> None:
    year = TIMELINE.newest(minute_of(datetime(2026, 12, 31, 23, 59, tzinfo=KYIV)))
    assert abs(year / 365 - 66) < 1


def test_nights_are_quieter_than_days_and_some_minutes_hold_several() -> None:
    hours = Counter(TIMELINE.published(number).hour for number in range(1, 66 * 60))
    minutes = Counter(TIMELINE.published_minute(number) for number in range(1, 66 * 60))
    assert hours[17] > 3 * hours[3] > 0
    assert max(minutes.values()) > 1


def test_no_article_appears_in_the_hour_that_spring_leaves_out() -> None:
    timeline = Timeline(date(2026, 3, 1), 3000, seed=1)
    day = [time for time in map(timeline.published, _numbers_of(timeline, date(2026, 3, 29))) if time.hour in {2, 3, 4}]
    assert {moment.hour for moment in day} == {2, 4}
    assert {moment.utcoffset() for moment in day} == {timedelta(hours=2), timedelta(hours=3)}


def test_the_doubled_hour_of_autumn_is_filled_twice() -> None:
    timeline = Timeline(date(2026, 10, 1), 3000, seed=1)
    at_three = [time for time in map(timeline.published, _numbers_of(timeline, date(2026, 10, 25))) if time.hour == 3]
    assert {moment.utcoffset() for moment in at_three} == {timedelta(hours=2), timedelta(hours=3)}
    instants = [moment.astimezone(UTC) for moment in at_three]
    assert instants == sorted(instants)


def test_equal_seeds_give_equal_times_and_others_do_not() -> None:
    again, other = Timeline(date(2026, 1, 1), 66, seed=1), Timeline(date(2026, 1, 1), 66, seed=2)
    numbers = range(1, 500)
    assert list(map(again.published, numbers)) == list(map(TIMELINE.published, numbers))
    assert list(map(other.published, numbers)) != list(map(TIMELINE.published, numbers))


def _numbers_of(timeline: Timeline, day: date) -> range:
    first = timeline.newest(minute_of(datetime(day.year, day.month, day.day, tzinfo=KYIV)) - 1) + 1
    numbers = range(first, timeline.newest(minute_of(datetime(day.year, day.month, day.day, 23, 59, tzinfo=KYIV))))
    assert {kyiv_time(timeline.published_minute(number)).date() for number in numbers} == {day}
    return numbers
