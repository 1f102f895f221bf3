"""A user's own pipelines in real crawls: whatever they return, nothing is lost and nothing asked for twice."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from espreso_crawler.settings import ITEM_PIPELINES
from tests.crawls import Desk, page_requests, start
from tests.pipelines import own
from tests.site import FEED, DemoSite, running, small

BEFORE, BETWEEN, LAST, AFTER = 150, 350, 850, 950


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with running(small(tape_entries=FEED)) as demo:
        yield demo


@pytest.fixture
def demo(site: DemoSite) -> DemoSite:
    site.control.reset()
    site.control.clear_log()
    return site


def with_own(*places: tuple[type, int], **settings: str) -> dict[str, str]:
    """Return the settings of a crawl with pipelines of a user's own."""
    mine = {f"{cls.__module__}.{cls.__qualname__}": place for cls, place in places}
    return {"ITEM_PIPELINES": json.dumps(ITEM_PIPELINES | mine)} | settings


def states(desk: Desk) -> dict[str, int]:
    with closing(sqlite3.connect(desk.home / "state" / "ledger.sqlite3")) as ledger:
        return dict(ledger.execute("SELECT state, count(*) FROM entries GROUP BY state").fetchall())


def again(demo: DemoSite, desk: Desk, **settings: str) -> list[str]:
    """Crawl once more while nothing was published; return what was asked for."""
    demo.control.clear_log()
    assert desk.crawl(start(demo), settings=settings).exit_code == 0
    return [visit.target for visit in demo.control.log()]


COPIES = [
    *((own.Replaces, place) for place in (BEFORE, BETWEEN, LAST)),
    *((cls, BETWEEN) for cls in (own.Copies, own.DeepCopies, own.Rebuilds, own.GivesAShallowDict)),
    *((own.GivesItsDict, place) for place in (BEFORE, LAST)),
]


@pytest.mark.parametrize(("cls", "place"), COPIES, ids=lambda given: getattr(given, "__name__", str(given)))
def test_a_pipeline_may_return_a_copy(demo: DemoSite, tmp_path: Path, cls: type, place: int) -> None:
    desk = Desk(tmp_path, settings=with_own((cls, place)))
    done = desk.crawl(start(demo))
    assert (done.exit_code, len(desk.records())) == (0, FEED), done.log
    assert states(desk) == {"emitted": FEED}
    assert len(again(demo, desk)) == 2, "robots.txt and the feed"
    notes = {record["author_note"] for record in desk.records()}
    assert ("seen by a pipeline" in notes) == (cls is own.Replaces)


def test_a_pipeline_gets_what_the_one_before_returned(demo: DemoSite, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    desk = Desk(tmp_path, settings=with_own((own.GivesItsDict, BETWEEN), (own.TakesADict, BETWEEN + 1)))
    assert desk.crawl(start(demo), "limit=3", extra=["-O", str(copy)]).exit_code == 0
    assert [record["author_note"] for record in desk.records()] == ["seen by a pipeline"] * 3
    assert sorted(map(json.dumps, map(json.loads, copy.read_text().splitlines()))) == sorted(
        map(json.dumps, desk.records())
    ), "the copy is the record, without what it carries"


def test_a_spider_middleware_may_not_lose_what_belongs_to_an_article(demo: DemoSite, tmp_path: Path) -> None:
    middlewares = {"tests.pipelines.own.ReplacesInCallback": 500}
    desk = Desk(tmp_path, settings={"SPIDER_MIDDLEWARES": json.dumps(middlewares), "ESPRESO_BACKOFF_SECONDS": "0"})
    done = desk.crawl(start(demo), "limit=2")
    assert done.exit_code != 0
    assert "a spider or spider middleware yielded this article" in done.log
    assert states(desk)["pending"] == FEED
    for _ in range(4):
        assert desk.crawl(start(demo), "limit=2").exit_code != 0
    assert states(desk)["failed"] >= 1, "an attempt that led to nothing counts"


@pytest.mark.parametrize("place", [BEFORE, LAST])
def test_what_a_pipeline_drops_ends_its_entry(demo: DemoSite, tmp_path: Path, place: int) -> None:
    desk = Desk(tmp_path, settings=with_own((own.Drops, place)))
    assert desk.crawl(start(demo)).exit_code == 0
    assert (desk.records(), states(desk)) == ([], {"rejected": FEED})
    assert len(again(demo, desk)) == 2


@pytest.mark.parametrize("cls", [own.Drops, own.ForgetsToReturn, own.Fails])
def test_what_happens_after_emission_changes_nothing_in_the_ledger(demo: DemoSite, tmp_path: Path, cls: type) -> None:
    desk = Desk(tmp_path, settings=with_own((cls, AFTER)))
    desk.crawl(start(demo))
    assert (len(desk.records()), states(desk)) == (FEED, {"emitted": FEED})


BROKEN = [
    (own.ForgetsToReturn, "returned None"),
    (own.GivesText, "returned str"),
    (own.AddsToItsDict, "returned a dict with word_count"),
]


@pytest.mark.parametrize(("cls", "what"), BROKEN, ids=lambda given: getattr(given, "__name__", ""))
@pytest.mark.parametrize("place", [BEFORE, LAST])
def test_a_pipeline_that_breaks_the_contract_is_named(
    demo: DemoSite, tmp_path: Path, cls: type, what: str, place: int
) -> None:
    desk = Desk(tmp_path, settings=with_own((cls, place), ESPRESO_BACKOFF_SECONDS="0"))
    done = desk.crawl(start(demo), "limit=2")
    assert done.exit_code != 0
    assert f"tests.pipelines.own.{cls.__name__}.process_item {what}" in done.log
    assert "return the Article that it was given, a copy of it" in done.log
    run = desk.runs()[-1]
    assert run["verdict"] == "critical"
    assert [finding["name"] for finding in run["findings"]] == ["pipeline_errors"]
    assert run["stats"]["espreso/pipeline_errors"] == 2
    assert (desk.records(), states(desk)) == ([], {"pending": FEED})


def test_each_try_that_a_pipeline_spoils_is_a_failed_attempt(demo: DemoSite, tmp_path: Path) -> None:
    desk = Desk(tmp_path, settings=with_own((own.ForgetsToReturn, BETWEEN), ESPRESO_BACKOFF_SECONDS="0"))
    for _ in range(5):
        assert desk.crawl(start(demo), "limit=2").exit_code != 0
    assert states(desk) == {"failed": 2, "pending": FEED - 2}


def test_an_article_that_a_pipeline_failed_on_comes_out_once_it_is_right(demo: DemoSite, tmp_path: Path) -> None:
    desk = Desk(tmp_path, now=demo.site.clock.now())
    assert desk.crawl(start(demo), settings=with_own((own.Fails, BETWEEN))).exit_code != 0
    assert states(desk) == {"pending": FEED}
    assert desk.now
    desk.now += timedelta(minutes=3)
    assert len(again(demo, desk)) == FEED + 2
    assert len(desk.records()) == FEED


def test_without_emission_nothing_is_asked_for(demo: DemoSite, tmp_path: Path) -> None:
    pipelines = {name: place for name, place in ITEM_PIPELINES.items() if "Emit" not in name}
    desk = Desk(tmp_path, settings={"ITEM_PIPELINES": json.dumps(pipelines)})
    done = desk.crawl(start(demo), "limit=1")
    assert done.exit_code == 1
    assert "ITEM_PIPELINES lacks espreso_crawler.pipelines.emit.EmitPipeline" in done.log
    assert demo.control.log() == []


def test_without_the_ledger_a_broken_contract_is_no_success_either(demo: DemoSite, tmp_path: Path) -> None:
    settings = with_own((own.ForgetsToReturn, BEFORE), ESPRESO_LEDGER="none", ESPRESO_MONITORS="0")
    assert Desk(tmp_path, settings=settings).crawl(start(demo), "limit=1").exit_code == 4
    assert page_requests(demo)
