"""Articles that arrive together ask a ledger on a server together; one on this machine is not waited for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from espreso_crawler.drops import Unwritten
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.extensions.captures import Capture, attach
from espreso_crawler.items import Article
from espreso_crawler.ledger import Ledger
from espreso_crawler.near_duplicates import sketch
from espreso_crawler.pipelines.ask_together import MOST, AskTogetherPipeline
from espreso_crawler.pipelines.deduplicate import DeduplicatePipeline
from espreso_crawler.pipelines.near_duplicates import NearDuplicatesPipeline
from tests.ledger.builders import NOON, open_ledger, url
from tests.near_duplicates.generated import pairs
from tests.postgres import schema_of, through
from tests.proxy import Proxy
from tests.waiting import PATIENCE

SECONDS = 1000


@contextmanager
def guarding() -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        raise Unwritten(str(error)) from None


def item(number: int) -> Article:
    made = replace(
        pairs(1)[0].first,
        id=None,
        edition="ua",
        entity_id=str(number),
        url=url(number),
        date_published=NOON,
        fetched_at=NOON,
        schema_version="1",
        extractor_version="1",
    )
    prepared: Any = SimpleNamespace(sketch=sketch(made))
    return attach(made, Capture(url(number), (url(number),), prepared=prepared))


async def arrive(ledger: Ledger, *numbers: int) -> list[Any]:
    """Let articles through the steps that ask, all at once; returns their ids, or why they were dropped."""
    keeper: Any = SimpleNamespace(ledger=ledger, guarding=guarding)
    together = AskTogetherPipeline(keeper, SECONDS)
    identify, compare = (
        DeduplicatePipeline(keeper),
        NearDuplicatesPipeline(keeper, "flag", SECONDS, get_crawler().stats),
    )

    async def through_steps(article: Article) -> str | None:
        return compare.process_item(identify.process_item(await together.process_item(article))).id

    return await asyncio.gather(*(through_steps(item(number)) for number in numbers), return_exceptions=True)


def test_one_round_trip_answers_all_that_arrive_within_a_moment(tmp_path: Path, postgresql: str, proxy: Proxy) -> None:
    ledger = open_ledger(tmp_path, place=through(schema_of(postgresql, "together"), proxy.port))
    before = proxy.trips
    assert asyncio.run(arrive(ledger, *range(MOST + 3))) == [f"ua:{number}" for number in range(MOST + 3)]
    assert proxy.trips - before == 2
    assert ledger.session.in_hand == {url(number) for number in range(MOST + 3)}  # read, and not dealt with yet
    proxy.close()
    dropped = asyncio.run(arrive(ledger, 90, 91))
    assert [type(each) for each in dropped] == [Unwritten, Unwritten]
    ledger.abandon()


def test_a_ledger_on_this_machine_is_asked_at_once(tmp_path: Path) -> None:
    keeper: Any = SimpleNamespace(ledger=open_ledger(tmp_path), guarding=guarding)
    step = AskTogetherPipeline(keeper, SECONDS).process_item(item(1))
    with pytest.raises(StopIteration):
        step.send(None)


def test_a_bug_in_the_asking_costs_the_articles_that_asked_and_leaves_none_waiting() -> None:
    def expect(*_: Any) -> None:
        raise LookupError("a bug")

    entries = SimpleNamespace(handled=lambda _: None, handling=lambda _: None)
    ledger = SimpleNamespace(is_on_a_server=True, entries=entries, articles=SimpleNamespace(expect=expect))
    keeper: Any = SimpleNamespace(ledger=ledger, guarding=guarding)

    async def two() -> list[Any]:
        together = AskTogetherPipeline(keeper, SECONDS)
        async with asyncio.timeout(PATIENCE):
            return await asyncio.gather(*map(together.process_item, (item(1), item(2))), return_exceptions=True)

    assert [type(each) for each in asyncio.run(two())] == [LookupError, LookupError]
