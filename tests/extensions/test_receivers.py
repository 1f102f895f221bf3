"""A bug in what a signal of Scrapy's calls, which Scrapy only logs: the exit code says so, and nothing is lost."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import pytest
from scrapy.crawler import Crawler

from espreso_crawler import settings
from tests.crawls import PAGE, Desk, start
from tests.site import DemoSite, SiteOptions, running

BUG = "ZeroDivisionError: a bug"


class Spoilt:
    """Extension that gives the method of the setting ``SPOILT`` a bug, in the crawl's own process, after its work."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        module, _, name = crawler.settings["SPOILT"].partition(":")
        place, _, method = name.partition(".")
        owner = getattr(import_module(module), place)
        work = getattr(owner, method)

        def broken(*given: Any) -> None:
            done = work(*given)
            if isinstance(done, Iterator):
                list(done)
            raise ZeroDivisionError("a bug")

        setattr(owner, method, broken)
        return cls()


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE)) as site:
        yield site


@pytest.mark.parametrize(
    "spoilt",
    [
        "espreso_crawler.spiders.backlog:Backlog._of",
        "espreso_crawler.ledger:Ledger.tick",
        "espreso_crawler.extensions.ledger:LedgerExtension._tell_gaps",
        "espreso_crawler.extensions.monitors:MonitorsExtension._learn",
        "espreso_crawler.extensions.guests:GuestsExtension._is_on",
        "espreso_crawler.manners.state:Manners.are_given_up",
    ],
)
def test_a_bug_shows_in_the_exit_code_and_loses_nothing(tmp_path: Path, demo: DemoSite, spoilt: str) -> None:
    desk = Desk(tmp_path)
    assert desk.crawl(start(demo), "limit=2").exit_code == 0
    extensions = json.dumps({**settings.EXTENSIONS, f"{__name__}.Spoilt": 1})
    done = desk.crawl(start(demo), settings={"EXTENSIONS": extensions, "SPOILT": spoilt})
    assert BUG in done.log
    assert done.exit_code == 4, done.log
    healthy = desk.crawl(start(demo))
    assert (healthy.exit_code, "Traceback" in healthy.log) == (0, False), healthy.log
    ids = [line["id"] for line in desk.records()]
    assert len(ids) == len(set(ids)) == len(desk.records("feed"))
