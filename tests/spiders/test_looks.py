"""An article that is refused once comes out within the look that is due; one that stays away ends. By the crawl's clock."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.crawls import Desk, page_requests, start
from tests.pipelines.test_own_pipelines import states
from tests.site import DemoSite, Fault, running, small

FEED = 10
SHORTLY = timedelta(minutes=1)
"""More than a crawl takes: what is due is due by then."""
WAYS = ("404", "410", "home")
"""In which an article is refused."""
AGES = [timedelta(hours=6), *(timedelta(days=days) for days in (1, 3, 10, 17, 24, 31))]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED, per_day=12)) as demo:
        yield demo


@pytest.fixture
def demo(site: DemoSite) -> DemoSite:
    site.control.reset()
    return site


@pytest.fixture
def desk(demo: DemoSite, tmp_path: Path) -> Desk:
    return Desk(tmp_path, now=demo.site.clock.now().astimezone(UTC), settings={"ESPRESO_RECHECK": "0"})


def refuse(demo: DemoSite, *ways: str) -> dict[str, str]:
    """Refuse an article of the feed in each way from now on; return their addresses on the site, by the way."""
    paths = {way: f"/{demo.site.brief(demo.site.newest - 3 - place).slug}" for place, way in enumerate(ways)}
    faults = {
        "404": lambda path: Fault("status", path, status=404),
        "410": lambda path: Fault("status", path, status=410),
        "home": lambda path: Fault("redirect", path, location=f"{demo.url}/"),
    }
    demo.control.set_faults(*(faults[way](path) for way, path in paths.items()))
    return paths


def asked(demo: DemoSite, desk: Desk, later: timedelta, **given: str) -> list[str]:
    """Crawl at a later time, while nothing is published; return the articles asked for."""
    demo.control.clear_log()
    assert desk.now
    desk.now += later
    done = desk.crawl(given.get("start", start(demo)), spider=given.get("spider", "read_also"))
    assert done.exit_code == 0, done.log
    return [path for path in page_requests(demo) if "-" in path and ".xml" not in path]


def test_articles_that_are_refused_once_come_out_with_the_look_that_is_due(demo: DemoSite, desk: Desk) -> None:
    refused = refuse(demo, *WAYS)
    assert len(asked(demo, desk, SHORTLY)) == FEED
    demo.control.set_faults()
    assert states(desk) == {"emitted": FEED - 3, "gone": 3}
    assert asked(demo, desk, timedelta(hours=5)) == [], "not before it is due"
    assert sorted(asked(demo, desk, timedelta(hours=1) + SHORTLY)) == sorted(refused.values())
    assert desk.runs()[-1]["counts"]["leased"] == {"look": 3}
    assert desk.runs()[-1]["stats"]["espreso/looks"] == 3
    assert states(desk) == {"emitted": FEED}
    assert asked(demo, desk, timedelta(days=1)) == []


def test_articles_that_are_refused_for_ever_end_after_the_last_look(demo: DemoSite, desk: Desk) -> None:
    refused, before = refuse(demo, "404", "home"), -SHORTLY
    asked(demo, desk, timedelta(0))
    for age in AGES:
        assert sorted(asked(demo, desk, age - before)) == sorted(refused.values())
        assert desk.runs()[-1]["verdict"] != "critical"
        before = age
    assert states(desk) == {"emitted": FEED - 2, "gone": 2}
    assert asked(demo, desk, timedelta(days=60)) == []


def test_a_page_that_is_no_article_once_is_looked_at_again(demo: DemoSite, desk: Desk) -> None:
    slug = demo.site.brief(demo.site.newest - 3).slug
    demo.control.set_faults(Fault("error_page", f"/{slug}"))
    asked(demo, desk, SHORTLY)
    demo.control.set_faults()
    assert states(desk) == {"emitted": FEED - 1, "not_article": 1}
    assert asked(demo, desk, AGES[0] + SHORTLY) == [f"/{slug}"]
    assert states(desk) == {"emitted": FEED}


@pytest.mark.parametrize(("spider", "path"), [("sitemap", "/sitemapnews/1"), ("rss", "/rss")])
def test_a_list_brings_the_look_also_while_it_says_that_nothing_has_changed(
    demo: DemoSite, desk: Desk, spider: str, path: str
) -> None:
    refused = refuse(demo, "404")["404"]
    begin = demo.url + path
    listed = asked(demo, desk, SHORTLY, spider=spider, start=f"start={begin}")
    assert refused in listed
    demo.control.set_faults()
    assert asked(demo, desk, AGES[0] + SHORTLY, spider=spider, start=f"start={begin}") == [refused]
    assert desk.runs()[-1]["stats"]["espreso/not_modified"] >= 1
    assert states(desk) == {"emitted": len(listed)}


def test_what_was_written_and_withdrawn_ends_as_removed_and_comes_back(demo: DemoSite, desk: Desk) -> None:
    desk.settings["ESPRESO_RECHECK"] = "30m 1d 2d 3d 4d 5d"
    asked(demo, desk, SHORTLY)
    refused = refuse(demo, *WAYS)
    ids = {way: str(demo.site.truth(demo.site.newest - 3 - place).entity_id) for place, way in enumerate(WAYS)}
    for _ in range(2):
        asked(demo, desk, timedelta(days=1))
    ended = {record["entity_id"]: record["reason"] for record in desk.records() if record["event"] == "removed"}
    assert len(ended) == len([record for record in desk.records() if record["event"] == "removed"])
    assert ended.keys() == set(ids.values())
    for way, entity_id in ids.items():
        what = "redirected to the home page at 20" if way == "home" else f"HTTP {way} at 20"
        assert ended[entity_id].startswith(what)
    demo.control.set_faults()
    assert set(refused.values()) <= set(asked(demo, desk, timedelta(days=2) + SHORTLY))
    back = [(record["event"], record["entity_id"]) for record in desk.records()[-3:]]
    assert sorted(back) == sorted(("revised", entity_id) for entity_id in ids.values())
