"""Which stretches of feed time count as read, which as gaps, and how walks resume."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espreso_crawler.ledger import GapReason, Ledger, Stretch
from tests.ledger.builders import HOST, NOON, open_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close("test over", 0)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def begin(ledger: Ledger, newest: float, oldest: float, since: float | None = None, met: bool = True) -> Stretch:
    """Begin a walk with a page; `met` says that what it shows of older stretches is known."""
    aim = None if since is None else at(since)
    known = times(oldest, newest) if met else []
    return ledger.coverage.begin(HOST, newest=at(newest), oldest=at(oldest), since=aim, met=known)


def extend(ledger: Ledger, walk: Stretch, oldest: float, since: float | None = None) -> Stretch:
    """Read one further page, down to `oldest`; what it shows of older stretches is known."""
    aim = None if since is None else at(since)
    top = (walk.oldest - NOON).total_seconds() / 60
    return ledger.coverage.extend(walk, oldest=at(oldest), since=aim, met=times(oldest, max(top, oldest + 20)))


def times(oldest: float, newest: float) -> list[datetime]:
    return [at(minute) for minute in range(int(oldest), int(newest) + 1)]


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
    walk = extend(ledger, walk, 39)
    assert walk.is_open, "one entry alone proves nothing"
    assert not extend(ledger, walk, 38).is_open


def test_a_walk_goes_down_page_by_page_to_the_older_stretch(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = begin(ledger, 200, 160)
    assert walk.below == at(40)
    walk = extend(ledger, walk, 120)
    assert (walk.is_open, walk.oldest) == (True, at(120))
    walk = extend(ledger, walk, 30)
    assert (walk.is_open, walk.oldest) == (False, at(0))
    assert spans(ledger) == [(200, 0, False)]


def test_a_walk_that_gives_up_leaves_one_gap_which_a_later_walk_closes(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = extend(ledger, begin(ledger, 200, 160), 120)
    gap = ledger.coverage.give_up(walk, GapReason.PAGE_LIMIT, "2 pages")
    assert (gap.oldest, gap.newest, gap.reason) == (at(40), at(120), GapReason.PAGE_LIMIT)
    assert gap.sentence == "limit of pages reached: 2 pages"
    assert ledger.coverage.gaps() == [gap]
    (left,) = ledger.coverage.open_stretches(HOST)
    assert not extend(ledger, left, 20).is_open
    assert ledger.coverage.gaps() == []


def test_a_new_walk_leaps_over_what_an_open_one_read(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    begin(ledger, 200, 160)
    assert [gap.reason for gap in ledger.coverage.gaps()] == [GapReason.UNFINISHED]
    walk = begin(ledger, 300, 260)
    assert len(ledger.coverage.gaps()) == 2
    walk = extend(ledger, walk, 190)
    assert (walk.is_open, walk.oldest, walk.below) == (True, at(160), at(40))


def test_a_walk_ends_below_since(ledger: Ledger) -> None:
    walk = begin(ledger, 200, 160, since=100)
    assert (walk.is_open, walk.below) == (True, at(100))
    walk = extend(ledger, walk, 100, since=100)
    assert walk.is_open
    assert not extend(ledger, walk, 99, since=100).is_open


def test_what_since_left_out_is_a_gap_above_older_stretches(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    assert not begin(ledger, 200, 160, since=170).is_open
    (gap,) = ledger.coverage.gaps()
    assert (gap.oldest, gap.newest, gap.reason) == (at(40), at(160), GapReason.NOT_ASKED)


def test_an_earlier_since_walks_on_below_what_was_read(ledger: Ledger) -> None:
    begin(ledger, 200, 160)
    walk = begin(ledger, 210, 170, since=100)
    assert (walk.is_open, walk.oldest) == (True, at(160)), "go on from where the older stretch ends"
    assert not extend(ledger, walk, 90, since=100).is_open


def test_the_end_of_the_archive_closes(ledger: Ledger) -> None:
    walk = begin(ledger, 200, 160, since=-1000)
    walk = extend(ledger, walk, -20, since=-1000)
    run = ledger.session.run
    for name, is_open in (("first", True), ("first", True), ("second", False)):
        ledger.session.run = f"{run}-{name}"
        walk = ledger.coverage.end_seen(walk, sign="empty", after="url", bottom=at(-20), counts=True)
        assert walk.is_open == is_open, "two runs have to see it"
    assert walk.has_end
    assert not begin(ledger, 210, 170, since=-1000).is_open, "nothing lies below the end"


def test_a_walk_survives_that_another_joined_its_stretch(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    mine = begin(ledger, 200, 160)
    other = extend(ledger, begin(ledger, 300, 260), 150)
    assert other.oldest == at(150)
    mine = extend(ledger, mine, 140)
    assert mine.oldest == at(140)
    assert spans(ledger) == [(300, 140, True), (40, 0, False)]


def test_what_lies_below_an_open_walks_since_is_a_gap_too(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    begin(ledger, 200, 160, since=100)
    gaps = [(gap.newest, gap.oldest, gap.reason) for gap in ledger.coverage.gaps()]
    assert gaps == [(at(160), at(100), GapReason.UNFINISHED), (at(100), at(40), GapReason.NOT_ASKED)]


def test_two_that_meet_in_one_minute_have_a_gap_between_them(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    assert not begin(ledger, 90, 40, since=50).is_open
    assert (at(40), at(40)) in [(gap.newest, gap.oldest) for gap in ledger.coverage.gaps()]


def test_a_page_above_its_own_stretch_proves_nothing_about_it(ledger: Ledger) -> None:
    """The start page was an old copy: the next page shows what another walk has read, far above."""
    begin(ledger, 400, 300, since=0)
    old = ledger.coverage.begin(HOST, newest=at(100), oldest=at(90), since=at(0))
    later = ledger.coverage.extend(old, oldest=at(90), met=[at(310), at(311), at(312)])
    assert (later.newest, later.oldest) == (at(100), at(90))
    assert len(spans(ledger)) == 2


def test_entries_that_were_moved_up_are_no_sign_of_what_was_read(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = ledger.coverage.begin(HOST, newest=at(200), oldest=at(160), met=[at(170), at(20), at(21)])
    assert walk.is_open, "the lowest ones have to lie within"


def test_one_that_was_read_down_to_the_same_end_is_covered(ledger: Ledger) -> None:
    begin(ledger, 40, 0, since=-10)
    walk = extend(ledger, begin(ledger, 90, 60, since=-10, met=False), 0)
    assert (walk.newest, walk.oldest, len(spans(ledger))) == (at(90), at(0), 1)


def test_an_earlier_since_holds_for_a_walk_that_is_taken_up(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    begin(ledger, 200, 160)
    walk = begin(ledger, 210, 170, since=-500)
    assert (walk.is_open, walk.below) == (True, at(40)), "first what lies above the older one"
    walk = extend(ledger, walk, 20)
    assert (walk.is_open, walk.oldest, walk.below) == (True, at(0), at(-500))


def test_no_end_lies_above_what_was_read(ledger: Ledger) -> None:
    begin(ledger, 40, 0)
    walk = begin(ledger, 200, 160, since=-500)
    for run in ("first", "second"):
        ledger.session.run = run
        walk = ledger.coverage.end_seen(walk, sign="newer", after="url", bottom=at(160), counts=True)
    assert walk.is_open


def test_a_look_at_the_end_survives_a_poll_that_finds_nothing_new(ledger: Ledger) -> None:
    walk = begin(ledger, 40, 0, since=-500)
    ledger.coverage.end_seen(walk, sign="empty", after="url", counts=True)
    ledger.session.run = "second"
    walk = begin(ledger, 40, 0, since=-500)
    assert not ledger.coverage.end_seen(walk, sign="empty", after="url", counts=False).is_open


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
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
            extend(ledger, walk, bottom - length)
    claimed = set[int]()
    for newest, oldest, _ in spans(ledger):
        claimed |= set(range(int(oldest) * 2, int(newest) * 2 + 1))
    assert claimed == read
    for gap in ledger.coverage.gaps():
        assert gap.oldest is None or gap.oldest <= gap.newest
    ledger.close("test over", 0)
