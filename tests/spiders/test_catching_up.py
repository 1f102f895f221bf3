"""How many requests a scheduled crawl makes, and what becomes of what was published while none ran."""

import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.crawls import PAGE, Desk, dying_at, page_requests, start
from tests.site import DemoSite, SiteOptions, running

PUBLISHED = 500
ON_A_PAGE = 40


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Path]]:
    """Run a site and poll it once; the tests begin with copies of what that left."""
    home = tmp_path_factory.mktemp("once")
    with running(SiteOptions(page_bytes=PAGE)) as demo:
        assert Desk(home).crawl(start(demo)).exit_code == 0
        yield demo, home


@pytest.fixture
def demo(once: tuple[DemoSite, Path]) -> DemoSite:
    site, _ = once
    site.control.reset()
    site.control.clear_log()
    return site


@pytest.fixture
def polled(once: tuple[DemoSite, Path], tmp_path: Path) -> Desk:
    """Return a desk with one poll behind it, whose crawls take up at once what a killed one had in hand."""
    return Desk(shutil.copytree(once[1], tmp_path / "home"), settings={"ESPRESO_BACKOFF_SECONDS": "0"})


def entities(demo: DemoSite, first: int, last: int) -> set[str]:
    return {str(demo.site.truth(number).entity_id) for number in range(first, last + 1)}


@pytest.mark.parametrize(("published", "listing_pages"), [(30, 0), (70, 1)])
def test_a_scheduled_crawl_asks_for_what_is_new_and_a_page_for_every_forty(
    demo: DemoSite, polled: Desk, published: int, listing_pages: int
) -> None:
    before = demo.site.newest
    newest = demo.control.publish(published)["newest"]
    assert polled.crawl(start(demo)).exit_code == 0
    new = entities(demo, before + 1, newest)
    assert new <= {record["entity_id"] for record in polled.records()}
    assert len(demo.control.log()) <= len(new) + 2 + listing_pages
    assert polled.runs()[-1]["gaps"] == []


def test_five_hundred_articles_of_a_downtime_are_caught_up_with_through_a_limit_and_a_kill(
    demo: DemoSite, polled: Desk
) -> None:
    before = demo.site.newest
    newest = demo.control.publish(PUBLISHED)["newest"]
    assert polled.crawl(start(demo), settings={"ESPRESO_LISTING_PAGES": "2"}).exit_code == 0
    (gap,) = polled.runs()[-1]["gaps"]
    assert (gap["reason"], gap["sentence"]) == ("page_limit", "limit of pages reached: 2 pages")
    # One entry alone at the end of what was read proves nothing, at either side of the gap.
    lowest_read = newest - 3 * ON_A_PAGE + 2
    assert gap["newest"] == utc(demo, lowest_read)
    assert gap["oldest"] == utc(demo, before - 1)

    with dying_at("coverage:after-commit@5"):
        assert polled.crawl(start(demo)).exit_code == -signal.SIGKILL
    assert polled.crawl(start(demo)).exit_code == 0
    found = [record["entity_id"] for record in polled.records()]
    assert entities(demo, before + 1, newest) <= set(found)
    assert len(found) == len(set(found)), "each once"
    assert polled.runs()[-1]["gaps"] == []


def utc(demo: DemoSite, number: int) -> str:
    published = demo.site.timeline.published(number)
    return published.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_an_interrupted_backfill_is_taken_up_far_down_by_few_requests(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE, listing_entries=5, tape_entries=10)) as demo:
        days = demo.site.clock.now() - timedelta(days=3)
        since = f"since={days.isoformat()}"
        desk.crawl(start(demo), since, settings={"ESPRESO_LISTING_PAGES": "30"})
        (gap,) = desk.runs()[-1]["gaps"]
        demo.control.publish(3)
        demo.control.clear_log()
        assert desk.crawl(start(demo)).exit_code == 0
        pages = [int(path.partition("page=")[2] or 1) for path in page_requests(demo) if path.startswith("/news?")]
        again = [page for page in pages if page <= 30]
        assert len(again) <= 2 * 5 + 1, "twice the logarithm of thirty, not thirty"
        numbers = demo.site.numbers(days, demo.site.clock.now())
        assert entities(demo, numbers[0], numbers[-1]) <= {record["entity_id"] for record in desk.records()}
    assert desk.runs()[-1]["gaps"] == []
    assert gap["newest"] > gap["oldest"]


def test_an_archive_without_times_ends_soon_after_the_span_that_was_asked_for(desk: Desk) -> None:
    with running(SiteOptions(page_bytes=PAGE, listing_times=False)) as demo:
        since = demo.site.clock.now() - timedelta(hours=40)
        assert desk.crawl(start(demo), f"since={since.isoformat()}").exit_code == 0
        numbers = demo.site.numbers(since, demo.site.clock.now())
        assert {record["entity_id"] for record in desk.records()} == entities(demo, numbers[0], numbers[-1])
        assert len(page_requests(demo)) <= len(numbers) + 4 * ON_A_PAGE
    assert desk.runs()[-1]["gaps"] == []
