"""One odd answer loses nothing: real crawls of lists with pins, misdated entries and pages that are not what they say."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.crawls import Desk, page_requests, start
from tests.site import DemoSite, small
from tests.site.odd_lists import PAST_THE_END, Odd, OddLists, running_oddly

SMALL = small(listing_entries=10, tape_entries=10)
OUTAGE = 30
A_DAY = 24 * 60
ODD_PAGES = {
    "ignores the page number": Odd(4, shows=1),
    "ignores the page number of the first page": Odd(2, shows=1),
    "copy of the page above": Odd(4, shows=3),
    "empty": Odd(4, shows=PAST_THE_END),
}


@pytest.fixture
def site() -> Iterator[tuple[DemoSite, OddLists]]:
    with running_oddly(SMALL) as (demo, lists):
        yield demo, lists


def found(desk: Desk) -> list[str]:
    return sorted(record["entity_id"] for record in desk.records())


def published(demo: DemoSite, first: int, last: int) -> list[str]:
    return sorted(str(demo.site.truth(number).entity_id) for number in range(first, last + 1))


@pytest.mark.parametrize("kind", ["pinned", "misdated, far too old", "misdated, last on its page", "misdated, too new"])
def test_an_entry_out_of_order_on_top_of_an_outage_hides_nothing(
    site: tuple[DemoSite, OddLists], desk: Desk, kind: str
):
    demo, lists = site
    assert desk.crawl(start(demo)).exit_code == 0
    before = demo.site.newest
    newest = demo.control.publish(OUTAGE)["newest"]
    if kind == "pinned":
        lists.site.pinned = (before - 5,)
    else:
        number, minutes = {
            "misdated, far too old": (newest - 3, -30 * A_DAY),
            "misdated, last on its page": (newest - 9, -30 * A_DAY),
            "misdated, too new": (newest - 5, 3 * A_DAY),
        }[kind]
        lists.site.misdated[number] = minutes
    lists.site.changes += 1
    assert desk.crawl(start(demo)).exit_code == 0
    missing = set(published(demo, before + 1, newest)) - set(found(desk))
    # A row that was published after its entry stood in the feed is held back, whichever of the two times is wrong.
    assert missing <= {str(demo.site.truth(number).entity_id) for number in lists.site.misdated}
    assert desk.runs()[-1]["gaps"] == []
    later = demo.control.publish(OUTAGE)["newest"]
    assert desk.crawl(start(demo)).exit_code == 0
    assert set(published(demo, newest + 1, later)) <= set(found(desk))
    assert desk.runs()[-1]["gaps"] == []


@pytest.mark.parametrize("kind", ODD_PAGES)
def test_an_odd_archive_page_is_not_its_end(site: tuple[DemoSite, OddLists], desk: Desk, kind: str):
    demo, lists = site
    since = demo.site.clock.now() - timedelta(days=1)
    numbers = demo.site.numbers(since, demo.site.clock.now())
    lists.odd = (ODD_PAGES[kind],)
    done = desk.crawl(start(demo), f"since={since.isoformat()}")
    assert done.exit_code == 0
    (gap,) = desk.runs()[-1]["gaps"]
    assert gap["reason"] == "end_seen_once"
    assert f"{gap['sentence']}. To read it: {gap['command']}" in done.log
    lists.odd = ()
    assert desk.crawl(start(demo)).exit_code == 0
    assert set(published(demo, numbers[0], numbers[-1])) <= set(found(desk))
    assert desk.runs()[-1]["gaps"] == []


@pytest.mark.parametrize("kind", ODD_PAGES)
def test_a_page_that_is_odd_once_is_read_in_the_same_run(site: tuple[DemoSite, OddLists], desk: Desk, kind: str):
    demo, lists = site
    since = demo.site.clock.now() - timedelta(days=1)
    numbers = demo.site.numbers(since, demo.site.clock.now())
    odd = ODD_PAGES[kind]
    lists.odd = (Odd(odd.page, odd.shows, times=1),)
    assert desk.crawl(start(demo), f"since={since.isoformat()}").exit_code == 0
    assert found(desk) == published(demo, numbers[0], numbers[-1])
    assert desk.runs()[-1]["gaps"] == []
    assert len(page_requests(demo)) < len(numbers) * 1.1 + 10


def test_the_end_of_a_small_archive_is_looked_at_by_two_runs_and_then_no_more(desk: Desk):
    options = small(listing_entries=10, tape_entries=10, first_day=date(2026, 3, 1))
    with running_oddly(options) as (demo, _):
        assert desk.crawl(start(demo), "since=2026-01-01").exit_code == 0
        assert found(desk) == published(demo, 1, demo.site.newest)
        assert [gap["reason"] for gap in desk.runs()[-1]["gaps"]] == ["end_seen_once"]
        demo.control.clear_log()
        assert desk.crawl(start(demo), "since=2026-01-01").exit_code == 0
        assert len(page_requests(demo)) <= 1 + 8, "the start page, and a few to see the end again"
        assert desk.runs()[-1]["gaps"] == []
        demo.control.clear_log()
        assert desk.crawl(start(demo), "since=2026-01-01").exit_code == 0
        assert page_requests(demo) == ["/news"]
