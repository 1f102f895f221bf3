"""Known articles that a real crawl looks at again: silent edits, removals, a site that fails; by the crawl's clock."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.schema.validator import problems
from tests.crawls import Desk, page_requests, start
from tests.site import FEED, DemoSite, Fault, Site, running, small

HOUR = timedelta(hours=1, minutes=1)
ARTICLES = "/*-*"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Path]]:
    """Run a site and crawl it once; the tests begin with copies of what that left."""
    home = tmp_path_factory.mktemp("once")
    with running(small()) as demo:
        assert Desk(home, now=demo.site.clock.now()).crawl(start(demo)).exit_code == 0
        yield demo, home


@pytest.fixture
def demo(once: tuple[DemoSite, Path]) -> DemoSite:
    site, _ = once
    site.control.reset()
    return site


@pytest.fixture
def crawled(demo: DemoSite, once: tuple[DemoSite, Path], tmp_path: Path) -> Desk:
    """Return a desk that has crawled the site; its clock is the site's, and moves apart from it."""
    return Desk(shutil.copytree(once[1], tmp_path / "home"), now=demo.site.clock.now())


def young(demo: DemoSite) -> list[int]:
    """Return the articles that are not an hour old: only they are due within the next hour."""
    now = demo.site.clock.now()
    return list(demo.site.numbers(now - timedelta(minutes=59), now))


def look(demo: DemoSite, desk: Desk, later: timedelta, **settings: str) -> list[str]:
    """Crawl at a later time while nothing was published; return the articles asked for."""
    demo.control.clear_log()
    assert desk.now
    desk.now += later
    assert desk.crawl(start(demo), settings=settings).exit_code in (0, 3), "3: so many failures open the circuit"
    return [path for path in page_requests(demo) if path != "/news"]


def events(desk: Desk) -> list[tuple[str, str]]:
    return [(record["event"], record["entity_id"]) for record in desk.records() if record["event"] != "created"]


def refused_once(desk: Desk) -> int:
    with closing(sqlite3.connect(desk.home / "state" / "ledger.sqlite3")) as ledger:
        return int(ledger.execute("SELECT count(*) FROM articles WHERE refused_since IS NOT NULL").fetchone()[0])


def entity(demo: DemoSite, number: int) -> str:
    return str(demo.site.truth(number).entity_id)


def test_a_silent_edit_is_found_within_an_hour_and_counted_apart(demo: DemoSite, crawled: Desk) -> None:
    edited, *others = young(demo)
    demo.control.update(edited, "text", silent=True)
    asked = look(demo, crawled, HOUR)
    assert len(asked) == 1 + len(others), "only what is due, once"
    assert events(crawled) == [("revised", entity(demo, edited))]
    record = crawled.records()[-1]
    assert (record["silent"], record["changes"], record["revision"]) == (True, ["article_body"], 2)
    assert record["article_body"] == demo.site.truth(edited).article_body
    assert record["feed"]["seen_on"] == f"{demo.url}/news"
    run = crawled.runs()[-1]
    assert run["stats"]["espreso/rechecks"] == run["counts"]["rechecks"]["due"] == len(asked)
    assert look(demo, crawled, HOUR) == [], "nothing is due before the next age"


def test_a_look_that_ends_in_quarantine_is_not_due_within_the_hour(demo: DemoSite, crawled: Desk) -> None:
    edited, *_ = young(demo)
    demo.control.update(edited, "text", silent=True)
    demo.control.set_layout("wrong_weekday")
    assert crawled.now
    crawled.now += 25 * HOUR
    assert crawled.crawl(start(demo)).exit_code == 5
    assert crawled.runs()[-1]["counts"]["outcome"]["quarantined"] == 1
    assert look(demo, crawled, HOUR) == []
    demo.control.set_layout("plain")
    assert len(look(demo, crawled, 25 * HOUR)) == 1
    assert events(crawled) == [("revised", entity(demo, edited))]


def test_two_refusals_while_another_article_answers_are_a_removal(demo: DemoSite, crawled: Desk) -> None:
    gone = young(demo)
    demo.control.set_faults(*(Fault("status", f"/{demo.site.brief(number).slug}", status=404) for number in gone))
    asked = look(demo, crawled, HOUR)
    assert len(asked) == len(gone) + 1, "one article more, to see whether the site answers"
    assert events(crawled) == [], "one refusal is no removal"
    assert set(asked[: len(gone)]) <= set(look(demo, crawled, 6 * HOUR))
    assert sorted(events(crawled)) == sorted(("removed", entity(demo, number)) for number in gone)
    lines = [line for path in crawled.files() for line in path.read_bytes().splitlines()]
    assert [problems(line) for line in lines if problems(line)] == []
    assert all(record["reason"].startswith("HTTP 404 at ") for record in crawled.records()[-len(gone) :])


@pytest.mark.parametrize(("status", "refused"), [(404, 1), (500, 0)])
def test_a_site_that_refuses_or_fails_everything_has_removed_nothing(
    demo: DemoSite, crawled: Desk, status: int, refused: int
) -> None:
    demo.control.set_faults(Fault("status", ARTICLES, status=status))
    asked = set(look(demo, crawled, HOUR))
    assert crawled.runs()[-1]["stats"].get("espreso/rechecks/refused", 0) == refused * len(asked)
    assert refused_once(crawled) == 0


def test_a_known_article_that_is_gone_when_its_entry_moves_is_looked_at_again(demo: DemoSite, crawled: Desk) -> None:
    number = demo.site.newest - FEED // 2
    demo.control.advance(1)
    demo.control.update(number, "text")
    demo.control.set_faults(Fault("status", f"/{demo.site.brief(number).slug}", status=410))
    assert len(look(demo, crawled, timedelta(minutes=1))) == 1
    assert len(look(demo, crawled, timedelta(minutes=1))) == 1 + 1, "the article, and one to compare with"
    assert refused_once(crawled) == 1


def test_a_revision_keeps_the_feed_that_named_its_article_by_another_address(tmp_path: Path) -> None:
    site = Site(small())
    brief = site.brief(site.newest - site.options.tape_entries)  # the first below the feed
    with running(small(strays=(f"/{brief.old_path}",))) as demo:
        desk = Desk(tmp_path, now=demo.site.clock.now())
        assert desk.crawl(start(demo)).exit_code == 0
        (created,) = (record for record in desk.records() if record["entity_id"] == str(brief.entity_id))
        assert (created["url"], created["feed"]["seen_on"]) == (f"{demo.url}/{brief.slug}", f"{demo.url}/news")
        demo.control.update(brief.number, "text", silent=True)
        a_day_old = demo.site.timeline.published(brief.number) + timedelta(days=1)
        assert f"/{brief.slug}" in look(demo, desk, a_day_old - demo.site.clock.now() + HOUR)
    assert events(desk) == [("revised", str(brief.entity_id))]
    assert desk.records()[-1]["feed"] == created["feed"]


def test_zero_turns_looks_off(demo: DemoSite, crawled: Desk) -> None:
    assert look(demo, crawled, HOUR, ESPRESO_RECHECK="0") == []
