"""Pages read in other processes: the same as here, and no page lost with a process."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from espreso_crawler import pages
from espreso_crawler.pages import Page
from espreso_crawler.reading import (
    Asked,
    PageWork,
    Pool,
    Preparation,
    Question,
    Reading,
    Served,
    article_page,
    pool,
    processes,
    read,
)
from espreso_crawler.tagging import tagger
from tests import record
from tests.builders import Facts, article_html
from tests.processes import wait_for_end
from tests.waiting import PATIENCE

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
URL = "https://espreso.tv/news-a"
BODY = article_html(Facts()).encode()
EVERYTHING = Preparation(tagger(), is_sketched=True)
DEADLY = "deadly"


def asked(url: str = URL) -> Asked:
    return Asked(Served(url, NOW, 200), None, None, wants_feed=True)


def test_what_a_page_asks_of_machines_is_read_also_without_an_article() -> None:
    head = "<!DOCTYPE html><html><head><meta name=robots content=noarchive><title>Tags</title></head>"
    found = read(f"{head}<body><p>A tag</p></body></html>".encode(), asked())
    assert (found.is_no_article, found.opt_outs) == (True, ["noarchive"])
    cut = read(head.encode(), asked())
    assert (cut.article, cut.is_no_article, cut.opt_outs) == (None, False, None)
    assert read(BODY.replace(b"</head>", b"<meta name=robots content=noindex></head>"), asked()).opt_outs == ["noindex"]


def run(work: Callable[[Pool], Awaitable[None]], count: int = 2) -> list[str]:
    """Do work with a pool, whose processes are gone then; return what it told."""
    told: list[str] = []

    async def whole() -> list[int]:
        readers = Pool(count, PageWork(EVERYTHING), told.append)
        readers.start()
        pids = readers.pids
        assert len(pids) == count
        try:
            async with asyncio.timeout(PATIENCE):
                await work(readers)
            pids += readers.pids
        finally:
            readers.close()
        return pids

    for pid in asyncio.run(whole()):
        wait_for_end(pid)
    return told


class Faulty(PageWork):
    """Cannot even say that it failed."""

    def decoded(self, answer: bytes) -> Reading:
        raise LookupError(answer)

    def failed(self, question: Question, error: str, bug: str | None = None) -> Reading:
        raise LookupError(question, error, bug)


def test_a_bug_where_failures_are_told_leaves_nobody_without_an_answer() -> None:
    async def ask_two() -> list[Reading | None]:
        readers = Pool(1, Faulty(EVERYTHING))
        readers.start()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.gather(*(readers.read(BODY, asked()) for _ in range(2)))
        finally:
            readers.close()

    assert asyncio.run(ask_two()) == [None, None]


async def all_read(readers: Pool, urls: list[str]) -> list[Reading | None]:
    return await asyncio.gather(*(readers.read(BODY, asked(url)) for url in urls))


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some pages kill the process that reads them, as a bug in a parser of C may do."""
    made = pages.article_with_digests

    def ending(page: Page, *given: Any) -> Any:
        if DEADLY in page.url:
            os.kill(os.getpid(), signal.SIGKILL)
        return made(page, *given)

    monkeypatch.setattr(article_page, "article_with_digests", ending)


def test_a_page_read_apart_says_what_it_says_here():
    stored = [record.stored_page(record.FIXTURES / name) for name in record.names()]

    async def work(readers: Pool) -> None:
        for page in stored:
            question = Asked(Served(page.url, page.fetched_at, 200), None, None, wants_feed=True)
            here, apart = read(page.body, question), await readers.read(page.body, question)
            if here.article is not None:
                here.prepared = EVERYTHING.of(here.article)
            # As JSON: times of the hour that comes twice in October never equal those of another zone object.
            assert msgspec.json.encode(apart) == msgspec.json.encode(here), page.url

    run(work)


@pytest.mark.parametrize("count", [1, 2])
def test_a_process_that_is_killed_costs_its_pages_a_second_try_and_nothing_else(count: int):
    urls = [f"{URL}{number}" for number in range(60)]

    async def work(readers: Pool) -> None:
        victim = readers.pids[0]
        for pid in readers.pids:
            os.kill(pid, signal.SIGSTOP)
        waiting = asyncio.ensure_future(all_read(readers, urls))
        await asyncio.sleep(0.2)
        assert readers.waiting > 0
        os.kill(victim, signal.SIGKILL)
        readings = await waiting
        assert all(reading and reading.article and reading.error is None for reading in readings)
        assert victim not in readers.pids
        assert (readers.is_alive, readers.waiting) == (True, 0)

    assert run(work, count) == []


def test_a_page_that_ends_every_process_is_blamed_and_it_alone(deadly: None):
    urls = [f"{URL}{number}" for number in range(20)]
    urls[7] = urls[13] = f"{URL}-{DEADLY}"

    async def work(readers: Pool) -> None:
        readings = await all_read(readers, urls)
        for url, reading in zip(urls, readings, strict=True):
            assert reading
            if DEADLY in url:
                assert reading == Reading(error=f"{url}: the process that read this page ended on it, twice")
            else:
                assert (reading.error, bool(reading.article)) == (None, True)

    assert run(work) == []


def test_where_processes_go_on_being_killed_there_are_no_more_and_the_crawl_reads_what_no_process_began(
    deadly: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "MOST_RENEWALS", 1)
    urls = [f"{URL}-{DEADLY}{number}" for number in range(40)]

    async def work(readers: Pool) -> None:
        twice, once, *others = await all_read(readers, urls)
        assert twice == Reading(error=f"{urls[0]}: {processes.ENDED}, twice")
        assert once == Reading(error=f"{urls[1]}: {processes.ENDED}"), (
            "it may be why, and the crawl is not to end on it"
        )
        assert others == [None] * 38
        assert not readers.is_alive
        assert await readers.read(BODY, asked()) is None

    assert run(work, 1) == ["they were killed 2 times"]


def test_a_machine_without_room_for_new_processes_gets_all_pages_back(monkeypatch: pytest.MonkeyPatch):
    async def work(readers: Pool) -> None:
        for pid in readers.pids:
            os.kill(pid, signal.SIGSTOP)
        waiting = asyncio.ensure_future(all_read(readers, [f"{URL}{number}" for number in range(40)]))
        await asyncio.sleep(0.2)
        monkeypatch.setattr(readers, "start", refused)
        os.kill(readers.pids[0], signal.SIGKILL)
        assert await waiting == [None] * 40

    assert run(work) == ["no room"]


def test_signals_to_all_processes_of_a_crawl_leave_the_readers_at_work():
    async def work(readers: Pool) -> None:
        before = readers.pids
        for pid in before:
            for number in (signal.SIGINT, signal.SIGTERM):
                os.kill(pid, number)
        readings = await all_read(readers, [f"{URL}{number}" for number in range(10)])
        assert all(reading and reading.article for reading in readings)
        assert readers.pids == before

    run(work)


def test_an_answer_that_cannot_be_decoded_is_the_failure_of_its_page_alone(monkeypatch: pytest.MonkeyPatch):
    made = pages.article_with_digests

    def broken(page: Page, *given: Any) -> Any:
        result = made(page, *given)
        if page.url == f"{URL}0":
            result[0].entity_id = 7  # type: ignore[assignment]  # as a bug in a parser might do
        return result

    monkeypatch.setattr(article_page, "article_with_digests", broken)

    async def work(readers: Pool) -> None:
        first, *others = await all_read(readers, [f"{URL}{number}" for number in range(4)])
        assert first
        assert first.bug
        assert f"{URL}0: " in str(first.error)
        assert all(other and other.article and other.error is None for other in others)

    run(work)


def test_a_bug_in_what_is_made_of_an_article_leaves_no_page_without_an_answer(monkeypatch: pytest.MonkeyPatch):
    def broken(_tagger: Any, _article: Any) -> None:
        raise KeyError("no such stem")

    monkeypatch.setattr(type(EVERYTHING.tagger), "tag", broken)

    async def work(readers: Pool) -> None:
        readings = await all_read(readers, [f"{URL}{number}" for number in range(20)])
        assert all(reading and "no such stem" in str(reading.bug) for reading in readings)
        assert (readers.is_alive, readers.waiting) == (True, 0)

    run(work)


def test_an_answer_that_is_no_answer_leaves_no_page_without_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool.PageWork, "decoded", refused)

    async def work(readers: Pool) -> None:
        readings = await all_read(readers, [f"{URL}{number}" for number in range(20)])
        assert all(reading and "no room" in str(reading.bug) for reading in readings)

    run(work)


def refused(*_given: object) -> None:
    raise OSError("no room")


def test_a_pool_settles_when_what_it_was_asked_is_read():
    async def work(readers: Pool) -> None:
        reading = asyncio.ensure_future(all_read(readers, [f"{URL}{number}" for number in range(20)]))
        for _ in range(3):  # until each has asked
            await asyncio.sleep(0)
        assert readers.waiting == 20
        await readers.settled()
        await asyncio.sleep(0)
        assert readers.waiting == 0
        assert all(each and each.article for each in await reading)
        await readers.settled()

    run(work)


def test_a_pool_that_is_closed_gives_back_what_it_was_asked():
    async def work(readers: Pool) -> None:
        for pid in readers.pids:
            os.kill(pid, signal.SIGSTOP)
        waiting = asyncio.ensure_future(all_read(readers, [f"{URL}{number}" for number in range(5)]))
        await asyncio.sleep(0.1)
        readers.close()
        assert await waiting == [None] * 5

    run(work)
