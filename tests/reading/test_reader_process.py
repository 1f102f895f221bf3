"""Pages read in another process: the same as here, and no page lost with the process."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec
import pytest

from espreso_crawler.reading import Asked, Preparation, ReaderProcess, Reading, Served, frames, read
from tests import record
from tests.builders import Facts, article_html

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
URL = "https://espreso.tv/news-a"
BODY = article_html(Facts()).encode()
EVERYTHING = Preparation(is_tagged=True, is_sketched=True)


def asked(url: str = URL) -> Asked:
    return Asked(Served(url, NOW, 200), None, None, wants_feed=True)


def run(work: Callable[[ReaderProcess], Awaitable[None]]) -> None:
    async def whole() -> None:
        process = ReaderProcess()
        try:
            await process.begin(EVERYTHING)
            async with asyncio.timeout(20):
                while not process.is_ready:  # noqa: ASYNC110  # the process says so to the crawl alone
                    await asyncio.sleep(0.02)
                await work(process)
        finally:
            process.close()
        assert process._process.returncode is not None

    asyncio.run(whole())


def test_a_page_read_apart_says_what_it_says_here():
    pages = [record.stored_page(record.FIXTURES / name) for name in record.names()]

    async def work(process: ReaderProcess) -> None:
        for page in pages:
            question = Asked(Served(page.url, page.fetched_at, 200), None, None, wants_feed=True)
            here, apart = read(page.body, question), await process.read(page.body, question)
            if here.article is not None:
                here.prepared = EVERYTHING.of(here.article)
            # As JSON: times of the hour that comes twice in October never equal those of another zone object.
            assert msgspec.json.encode(apart) == msgspec.json.encode(here), page.url

    run(work)


def test_the_page_on_which_the_process_ends_is_blamed_and_the_others_are_given_back():
    async def work(process: ReaderProcess) -> None:
        os.kill(process._process.pid, signal.SIGSTOP)
        waiting = [asyncio.ensure_future(process.read(BODY, asked(f"{URL}{number}"))) for number in range(3)]
        await asyncio.sleep(0.05)
        assert process.waiting == 3
        os.kill(process._process.pid, signal.SIGKILL)
        first, *others = await asyncio.gather(*waiting)
        assert first == Reading(error=f"{URL}0: the process that read this page ended on it")
        assert others == [None, None]
        assert not process.is_ready

    run(work)


def test_signals_to_all_processes_of_a_crawl_leave_the_reader_at_work():
    async def work(process: ReaderProcess) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(process._process.pid, number)
        reading = await process.read(BODY, asked())
        assert reading is not None
        assert reading.article is not None

    run(work)


@pytest.mark.parametrize("size", [1, 3, 5, 1000])
def test_messages_arrive_whole_however_the_stream_is_cut(size: int):
    messages = [b"", b"a", b"b" * 300, b""]
    stream = b"".join(frames.head(message) + message for message in messages)
    pieces = frames.Frames()
    assert [m for at in range(0, len(stream), size) for m in pieces.of(stream[at : at + size])] == messages
