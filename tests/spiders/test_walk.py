"""Walks down an archive that moves while it is read: no hole is taken for read, and few pages are asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil, log2
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espreso_crawler.ledger import GapReason, Ledger, new_run_id
from espreso_crawler.pages import Feed, FeedEntry, Page
from espreso_crawler.pages.feed import page_number
from espreso_crawler.pages.listing import Listing, page_after
from espreso_crawler.spiders.walk import MOST_LEVEL, Walk
from tests.ledger.builders import open_ledger

START = datetime(2026, 1, 1, tzinfo=UTC)
NEWS = "https://espreso.tv/news"
SIZE = 10


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close("test over", 0)


class Site:
    """An archive of entries, the newest first: numbers that are minutes too."""

    def __init__(self, count: int, *, has_times: bool = True) -> None:
        self.numbers = list(range(count, 0, -1))
        self.has_times = has_times
        self.seen = set[int]()
        self.known: dict[str, datetime | None] = {}
        """What a ledger would know by now."""
        self.asked: list[int] = []

    def publish(self, count: int) -> None:
        newest = self.numbers[0]
        self.numbers = [*range(newest + count, newest, -1), *self.numbers]

    def feed(self) -> Feed:
        return Feed(self.entries(1, has_times=True), more_url=f"{NEWS}?page=2")

    def listing(self, url: str) -> Listing:
        number = page_number(url)
        self.asked.append(number)
        return self.page(number)

    def page(self, number: int) -> Listing:
        entries = self.entries(number, has_times=self.has_times)
        return Listing(entries, page_after(f"{NEWS}?page={number}") if entries else None)

    def entries(self, page: int, *, has_times: bool) -> list[FeedEntry]:
        shown = self.numbers[(page - 1) * SIZE : page * SIZE]
        self.seen.update(shown)
        return [FeedEntry(url(number), published_at=time(number) if has_times else None) for number in shown]


def url(number: int) -> str:
    return f"https://espreso.tv/{number}"


def time(number: int) -> datetime:
    return START + timedelta(minutes=number)


def crawl(
    site: Site,
    ledger: Ledger,
    *,
    since: int | None = None,
    limit: int = 0,
    meanwhile=lambda: None,
    known=None,
    on_list: bool = True,
) -> list[int]:
    """Walk as a spider does, in a run of its own; returns the numbers of the pages asked for.

    `on_list` says whether the start page is the archive's first page.
    """
    ledger.session.run = new_run_id(START)
    site.asked = []
    before, found = dict(site.known), site.feed()
    note(site, found.entries)
    page = Page.read(b"<p></body></html>", url=NEWS, fetched_at=START)
    times = {url(number): time(number) for number in site.numbers}
    walk = Walk.begin(
        ledger.coverage,
        found,
        page,
        since=None if since is None else time(since),
        page_limit=limit,
        known_times=known or (lambda urls: [times[each] for each in urls]),
        known=before,
    )
    if walk and on_list:
        listing = site.page(1)
        before = before | {each: site.known[each] for each in site.known if each not in walk.above.addresses}
        note(site, listing.entries)
        walk.start_on(listing, NEWS, before)
    ask = walk.first_ask(None) if walk else None
    while walk and ask:
        meanwhile()
        assert len(site.asked) < 500, "the walk does not end"
        before, listing = dict(site.known), site.listing(ask.url)
        note(site, listing.entries)
        ask = walk.read(listing, None, site.feed(), known=before)
    return site.asked


def note(site: Site, entries: list[FeedEntry]) -> None:
    site.known.update((entry.url, time(int(entry.url.rpartition("/")[2]))) for entry in entries)


def holes(site: Site, ledger: Ledger) -> set[int]:
    """Return the entries that count as read and were on no page."""
    spans = [(each.oldest, each.newest) for each in ledger.coverage.stretches()]
    return {
        n for n in site.numbers if n not in site.seen and any(oldest < time(n) < newest for oldest, newest in spans)
    }


def test_a_walk_that_was_cut_short_far_down_goes_on_there(ledger: Ledger) -> None:
    site = Site(4000)
    crawl(site, ledger, since=1000, limit=200)
    (gap,) = ledger.coverage.gaps()
    site.publish(37)
    asked = crawl(site, ledger)
    looked_at = [number for number in asked if number < 200]
    assert len(looked_at) <= 2 * ceil(log2(200)) + 1
    assert ledger.coverage.gaps() == []
    assert holes(site, ledger) == set()
    assert {n for n in site.numbers if n >= 1000} <= site.seen
    assert gap.newest == time(4000 - 201 * SIZE + 2), "the last entry alone proves no end"


def test_a_catch_up_goes_page_by_page(ledger: Ledger) -> None:
    site = Site(400)
    crawl(site, ledger)
    site.publish(45)
    assert crawl(site, ledger) == [2, 3, 4, 5]
    assert crawl(site, ledger) == []


def test_what_was_left_open_below_a_closed_stretch_is_taken_up(ledger: Ledger) -> None:
    site = Site(1000)
    crawl(site, ledger, since=500, limit=10)
    site.publish(300)
    crawl(site, ledger, since=1250)
    assert len(ledger.coverage.gaps()) == 2
    crawl(site, ledger)
    assert holes(site, ledger) == set()
    assert {n for n in site.numbers if 500 <= n < 1000} <= site.seen


def test_a_search_looks_past_the_end_and_comes_back(ledger: Ledger) -> None:
    site = Site(160)
    crawl(site, ledger, since=-50, limit=12)
    crawl(site, ledger)
    assert set(site.numbers) <= site.seen
    crawl(site, ledger)
    assert ledger.coverage.gaps() == []


def test_an_archive_that_shows_its_first_page_past_the_end_is_walked_too(ledger: Ledger) -> None:
    site = Site(160)
    crawl(site, ledger, since=-50, limit=12)
    whole = site.entries
    site.entries = lambda page, *, has_times: whole(page if page <= 16 else 1, has_times=has_times)  # type: ignore[method-assign]
    crawl(site, ledger, limit=40)
    assert set(site.numbers) <= site.seen
    assert [gap.reason for gap in ledger.coverage.gaps()] == [GapReason.END_SEEN_ONCE]
    crawl(site, ledger, limit=40)
    assert ledger.coverage.gaps() == []


@pytest.mark.parametrize(("since", "last"), [(None, 8), (250, 7)])
def test_an_archive_without_times_is_read_by_what_is_known_of_its_entries(
    ledger: Ledger, since: int | None, last: int
) -> None:
    site = Site(250, has_times=False)
    crawl(site, ledger)
    site.publish(55)
    asked = crawl(site, ledger, since=since)
    assert asked == list(range(2, last + 1)), "a page or two further than with times, not the whole archive"
    assert ledger.coverage.gaps() == []


def test_a_repeated_page_is_no_end_when_a_page_of_articles_came_meanwhile(ledger: Ledger) -> None:
    site = Site(200)
    arrivals = iter([0, SIZE, SIZE, 0])
    crawl(site, ledger, since=-50, meanwhile=lambda: site.publish(next(arrivals, 0)))
    assert set(range(1, 201)) <= site.seen
    assert [gap.reason for gap in ledger.coverage.gaps()] == [GapReason.END_SEEN_ONCE]


def test_an_archive_that_repeats_its_last_page_for_ever_has_ended_when_two_runs_saw_it(ledger: Ledger) -> None:
    site = Site(100)
    whole = site.entries
    site.entries = lambda page, *, has_times: whole(min(page, 10), has_times=has_times)  # type: ignore[method-assign]
    assert crawl(site, ledger, since=-50) == [*range(2, 12), 11]
    (gap,) = ledger.coverage.gaps()
    assert (gap.reason, gap.detail) == (GapReason.END_SEEN_ONCE, "page 11 is repeated")
    assert len(crawl(site, ledger, since=-50)) <= 4
    assert ledger.coverage.gaps() == []
    assert crawl(site, ledger, since=-50) == []
    assert crawl(site, ledger, since=-90) == [], "nothing older than the end, whatever is asked for"


@pytest.mark.parametrize("has_times", [True, False])
def test_an_archive_without_end_is_a_gap_on_record(ledger: Ledger, *, has_times: bool) -> None:
    """Each page has new addresses, and none is older than the page before."""
    site = Site(60, has_times=has_times)
    shown = site.feed()

    def endless(page: int, *, has_times: bool) -> list[FeedEntry]:
        stamps = [time(45) if has_times else None] * SIZE
        return [FeedEntry(f"{NEWS}/{page}/{n}", published_at=stamp) for n, stamp in enumerate(stamps)]

    site.feed = lambda: shown  # type: ignore[method-assign]
    whole = site.entries
    site.entries = lambda page, *, has_times: (endless if page > 1 else whole)(page, has_times=has_times)  # type: ignore[method-assign]
    asked = crawl(site, ledger, since=-5000, known=lambda _urls: [])
    assert len(asked) <= MOST_LEVEL + 2
    assert ledger.coverage.gaps()[0].reason is GapReason.NO_PROGRESS


def test_pages_of_different_ages_are_a_gap_on_record(ledger: Ledger) -> None:
    """A cache that gives an old second page hides what moved from it to the first one meanwhile."""
    site = Site(200)
    crawl(site, ledger)
    site.publish(25)
    old_listing, old_feed = site.entries(2, has_times=True), site.feed()
    site.publish(3)
    site.seen -= {n for n in site.numbers[SIZE:] if n > 200}
    whole, feed = site.entries, site.feed
    site.entries = lambda page, *, has_times: old_listing if page == 2 else whole(page, has_times=has_times)  # type: ignore[method-assign]
    site.feed = lambda: old_feed if site.asked and site.asked[-1] == 2 else feed()  # type: ignore[method-assign]
    crawl(site, ledger)
    (gap,) = ledger.coverage.gaps()
    assert (gap.reason, gap.detail) == (GapReason.CONTRADICTION, "page 2 is older")
    assert holes(site, ledger) == set()


@pytest.mark.parametrize(("on_list", "asked"), [(True, [2, 3, 4]), (False, [1, 2, 3, 4])])
def test_pages_longer_than_the_feed_are_read_from_the_first(ledger: Ledger, *, on_list: bool, asked: list[int]) -> None:
    site = Site(200)
    crawl(site, ledger)
    site.publish(30)
    whole = site.feed
    site.feed = lambda: Feed(whole().entries[:6], more_url=f"{NEWS}?page=2")  # type: ignore[method-assign]
    site.seen -= set(site.numbers[6:10])
    assert crawl(site, ledger, on_list=on_list) == asked
    assert {n for n in site.numbers if n > 200} <= site.seen


def test_what_moves_up_by_a_removal_is_read(ledger: Ledger) -> None:
    site = Site(200)
    crawl(site, ledger)
    site.publish(35)
    removals = iter([0, 3])

    def remove() -> None:
        if (place := next(removals, None)) is not None:
            del site.numbers[place]

    crawl(site, ledger, meanwhile=remove)
    assert set(site.numbers[:40]) <= site.seen


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    cuts=st.lists(st.tuples(st.integers(1, 15), st.integers(0, 80)), min_size=1, max_size=4),
    # Fewer than a page a page, or no walk would get anywhere.
    arrivals=st.lists(st.integers(0, 15), min_size=1, max_size=20).filter(lambda all_: mean(all_) < SIZE / 2),
)
def test_no_series_of_cut_walks_leaves_a_hole(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int]], arrivals: list[int]
) -> None:
    """While articles come between any two pages, and runs are cut short anywhere."""
    ledger = open_ledger(tmp_path_factory.mktemp("walk"))
    site, steps = Site(300), iter(arrivals * 100)
    for limit, came in cuts:
        crawl(site, ledger, since=100, limit=limit, meanwhile=lambda: site.publish(next(steps)))
        assert holes(site, ledger) == set()
        site.publish(came)
    newest = site.numbers[0]
    crawl(site, ledger, since=100)
    assert holes(site, ledger) == set()
    assert ledger.coverage.gaps() == []
    assert set(range(100, newest + 1)) <= site.seen
    ledger.close("test over", 0)
