"""An article that is refused once comes out within the look that is due; one that stays away ends. By the crawl's clock."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.crawls import PAGE, Desk, page_requests, start
from tests.pipelines.test_own_pipelines import states
from tests.site import DemoSite, Fault, SiteOptions, running

FEED = 10
SHORTLY = timedelta(minutes=1)
"""More than a crawl takes: what is due is due by then."""
AGES = [timedelta(hours=6), *(timedelta(days=days) for days in (1, 3, 10, 17, 24, 31))]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE, tape_entries=FEED, per_day=12)) as demo:
        yield demo


@pytest.fixture
def demo(site: DemoSite) -> DemoSite:
    site.control.reset()
    return site


@pytest.fixture
def desk(demo: DemoSite, tmp_path: Path) -> Desk:
    return Desk(tmp_path, now=demo.site.clock.now().astimezone(UTC), settings={"ESPRESO_RECHECK": "0"})


def refusals(demo: DemoSite, slug: str) -> dict[str, Fault]:
    return {
        "404": Fault("status", f"/{slug}", status=404),
        "410": Fault("status", f"/{slug}", status=410),
        "home": Fault("redirect", f"/{slug}", location=f"{demo.url}/"),
    }


def refuse(demo: DemoSite, how: str) -> str:
    """Refuse an article of the feed from now on; return its slug."""
    slug = demo.site.brief(demo.site.newest - 3).slug
    demo.control.set_faults(refusals(demo, slug)[how])
    return slug


def asked(demo: DemoSite, desk: Desk, later: timedelta, **given: str) -> list[str]:
    """Crawl at a later time, while nothing is published; return the articles asked for."""
    demo.control.clear_log()
    assert desk.now
    desk.now += later
    done = desk.crawl(given.get("start", start(demo)), spider=given.get("spider", "read_also"))
    assert done.exit_code == 0, done.log
    return [path for path in page_requests(demo) if "-" in path and ".xml" not in path]


@pytest.mark.parametrize("how", ["404", "410", "home"])
def test_an_article_that_is_refused_once_comes_out_with_the_look_that_is_due(
    demo: DemoSite, desk: Desk, how: str
) -> None:
    slug = refuse(demo, how)
    assert len(asked(demo, desk, SHORTLY)) == FEED
    demo.control.set_faults()
    assert states(desk) == {"emitted": FEED - 1, "gone": 1}
    assert asked(demo, desk, timedelta(hours=5)) == [], "not before it is due"
    assert asked(demo, desk, timedelta(hours=1) + SHORTLY) == [f"/{slug}"]
    assert desk.runs()[-1]["counts"]["leased"] == {"look": 1}
    assert desk.runs()[-1]["stats"]["espreso/looks"] == 1
    assert states(desk) == {"emitted": FEED}
    assert asked(demo, desk, timedelta(days=1)) == []


@pytest.mark.parametrize("how", ["404", "home"])
def test_an_article_that_is_refused_for_ever_ends_after_the_last_look(demo: DemoSite, desk: Desk, how: str) -> None:
    slug, before = refuse(demo, how), -SHORTLY
    asked(demo, desk, timedelta(0))
    for age in AGES:
        assert asked(demo, desk, age - before) == [f"/{slug}"]
        assert desk.runs()[-1]["verdict"] != "critical"
        before = age
    assert states(desk) == {"emitted": FEED - 1, "gone": 1}
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
    slug = refuse(demo, "404")
    begin = demo.url + path
    listed = asked(demo, desk, SHORTLY, spider=spider, start=f"start={begin}")
    assert f"/{slug}" in listed
    demo.control.set_faults()
    assert asked(demo, desk, AGES[0] + SHORTLY, spider=spider, start=f"start={begin}") == [f"/{slug}"]
    assert desk.runs()[-1]["stats"]["espreso/not_modified"] >= 1
    assert states(desk) == {"emitted": len(listed)}


@pytest.mark.parametrize("how", ["404", "410", "home"])
def test_what_was_written_and_withdrawn_ends_as_removed_and_comes_back(demo: DemoSite, desk: Desk, how: str) -> None:
    desk.settings["ESPRESO_RECHECK"] = "30m 1d 2d 3d 4d 5d"
    asked(demo, desk, SHORTLY)
    slug = refuse(demo, how)
    entity_id = str(demo.site.truth(demo.site.newest - 3).entity_id)
    for _ in range(2):
        asked(demo, desk, timedelta(days=1))
    ended = [record for record in desk.records() if record["event"] == "removed"]
    assert [record["entity_id"] for record in ended] == [entity_id]
    what = "redirected to the home page at 20" if how == "home" else f"HTTP {how} at 20"
    assert ended[0]["reason"].startswith(what)
    demo.control.set_faults()
    assert f"/{slug}" in asked(demo, desk, timedelta(days=2) + SHORTLY)
    assert [(record["event"], record["entity_id"]) for record in desk.records()[-1:]] == [("revised", entity_id)]
