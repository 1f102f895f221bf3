"""Which stretches of feed time count as read, which as gaps, and how walks resume."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espreso_crawler.ledger import Ledger, Stretch
from espreso_crawler.ledger.coverage import NOT_ASKED, UNFINISHED
from tests.ledger.builders import HOST, NOON, open_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close("test over", 0)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def begin(ledger: Ledger, newest: float, oldest: float, since: float | None = None) -> Stretch:
    aim = None if since is None else at(since)
    return ledger.coverage.begin(HOST, newest=at(newest), oldest=at(oldest), since=aim)


def spans(ledger: Ledger) -> list[tuple[float, float, bool]]:
    def minutes(time: datetime) -> float:
        return (time - NOON).total_seconds() / 60

    return [(minutes(each.newest), minutes(each.oldest), each.is_open) for each in ledger.coverage.stretches([HOST])]


def test_the_first_page_ever_is_the_first_closed_stretch(ledger: Ledger) -> None:
    assert not begin(ledger, 40, 0).is_open
    assert ledger.coverage.gaps() == []


def test_a_poll_that_reaches_below_the_last_one_closes_at_once(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    assert not begin(ledger, 60, 20).is_open
    assert spans(ledger) == [(60, 0, False)]


def test_an_idle_poll_changes_nothing(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    assert not begin(ledger, 40, 0).is_open
    assert spans(ledger) == [(40, 0, False)]


def test_to_meet_in_one_minute_is_not_to_overlap(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = begin(ledger, 90, 40)
    assert walk.is_open, "another entry of the same minute may be on the next page"
    assert not ledger.coverage.extend(walk, oldest=at(39)).is_open


def test_a_walk_goes_down_page_by_page_to_the_older_stretch(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = begin(ledger, 200, 160)
    assert walk.below == at(40)
    walk = ledger.coverage.extend(walk, oldest=at(120))
    assert (walk.is_open, walk.oldest) == (True, at(120))
    walk = ledger.coverage.extend(walk, oldest=at(30))
    assert (walk.is_open, walk.oldest) == (False, at(0))
    assert spans(ledger) == [(200, 0, False)]


def test_a_walk_that_gives_up_leaves_one_gap_which_a_later_walk_closes(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = ledger.coverage.extend(begin(ledger, 200, 160), oldest=at(120))
    gap = ledger.coverage.give_up(walk, "page limit of 2 reached")
    assert (gap.oldest, gap.newest, gap.reason) == (at(40), at(120), "page limit of 2 reached")
    assert ledger.coverage.gaps() == [gap]
    (left,) = ledger.coverage.open_stretches(HOST)
    assert not ledger.coverage.joins(left, at(120))
    assert ledger.coverage.joins(left, at(121))
    assert not ledger.coverage.extend(left, oldest=at(20)).is_open
    assert ledger.coverage.gaps() == []


def test_a_new_walk_leaps_over_what_an_open_one_read(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    begin(ledger, 200, 160)
    assert [gap.reason for gap in ledger.coverage.gaps()] == [UNFINISHED]
    walk = begin(ledger, 300, 260)
    assert len(ledger.coverage.gaps()) == 2
    walk = ledger.coverage.extend(walk, oldest=at(190))
    assert (walk.is_open, walk.oldest, walk.below) == (True, at(160), at(40))


def test_a_walk_ends_below_since(ledger: Ledger) -> None:
    walk = begin(ledger, 200, 160, since=100)
    assert (walk.is_open, walk.below) == (True, at(100))
    walk = ledger.coverage.extend(walk, oldest=at(100), since=at(100))
    assert walk.is_open
    assert not ledger.coverage.extend(walk, oldest=at(99), since=at(100)).is_open


def test_what_since_left_out_is_a_gap_above_older_stretches(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    assert not begin(ledger, 200, 160, since=170).is_open
    (gap,) = ledger.coverage.gaps()
    assert (gap.oldest, gap.newest, gap.reason) == (at(40), at(160), NOT_ASKED)


def test_an_earlier_since_walks_on_below_what_was_read(ledger: Ledger) -> None:
    begin(ledger, 200, 160)
    walk = begin(ledger, 210, 170, since=100)
    assert (walk.is_open, walk.oldest) == (True, at(160)), "go on from where the older stretch ends"
    assert not ledger.coverage.extend(walk, oldest=at(90), since=at(100)).is_open


def test_the_end_of_the_archive_closes(ledger: Ledger) -> None:
    walk = begin(ledger, 200, 160, since=-1000)
    walk = ledger.coverage.extend(walk, oldest=at(-20), since=at(-1000), end_of_archive=True)
    assert not walk.is_open
    assert not begin(ledger, 210, 170, since=-1000).is_open, "nothing lies below the end"


def test_a_walk_survives_that_another_joined_its_stretch(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    mine = begin(ledger, 200, 160)
    other = ledger.coverage.extend(begin(ledger, 300, 260), oldest=at(150))
    assert other.oldest == at(150)
    mine = ledger.coverage.extend(mine, oldest=at(140))
    assert mine.oldest == at(140)
    assert spans(ledger) == [(300, 140, True), (40, 0, False)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(st.tuples(st.integers(2, 12), st.integers(0, 12), st.booleans()), min_size=1, max_size=12))
def test_no_minute_counts_as_read_that_no_page_showed(
    tmp_path_factory: pytest.TempPathFactory, pages: list[tuple[int, int, bool]]
) -> None:
    """Polls of growing feeds, some walked on, some given up: stretches are exactly what was read."""
    ledger = open_ledger(tmp_path_factory.mktemp("coverage"))
    now, read = 0, set[int]()
    for length, growth, walks_on in pages:
        now += growth
        walk = begin(ledger, now, now - length)
        read |= {minute * 2 for minute in range(now - length, now + 1)} | {
            minute * 2 + 1 for minute in range(now - length, now)
        }
        if walk.is_open and walks_on:
            bottom = round((walk.oldest - NOON).total_seconds() / 60)
            read |= set(range(2 * (bottom - length), 2 * bottom + 1))
            ledger.coverage.extend(walk, oldest=at(bottom - length))
    claimed = set[int]()
    for newest, oldest, _ in spans(ledger):
        claimed |= set(range(int(oldest) * 2, int(newest) * 2 + 1))
    assert claimed == read
    for gap in ledger.coverage.gaps():
        assert gap.oldest is None or gap.oldest <= gap.newest
    ledger.close("test over", 0)
