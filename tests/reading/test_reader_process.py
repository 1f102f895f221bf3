"""Pages read in another process: the same as here, and no page lost with the process."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from espreso_crawler import pages
from espreso_crawler.pages import Page
from espreso_crawler.reading import (
    Asked,
    Preparation,
    ReaderProcess,
    Reading,
    Served,
    article_page,
    frames,
    read,
    service,
)
from espreso_crawler.tagging import tagger
from tests import record
from tests.builders import Facts, article_html

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
URL = "https://espreso.tv/news-a"
BODY = article_html(Facts()).encode()
EVERYTHING = Preparation(tagger(), is_sketched=True)


def asked(url: str = URL) -> Asked:
    return Asked(Served(url, NOW, 200), None, None, wants_feed=True)


def send(process: ReaderProcess, number: signal.Signals) -> None:
    assert process.pid
    os.kill(process.pid, number)


def open_files(process: ReaderProcess) -> list[str]:
    """Return what a process has open beside its stderr, pipes without their numbers."""
    descriptors = Path(f"/proc/{process.pid}/fd").iterdir()
    names = [str(descriptor.readlink()) for descriptor in descriptors if descriptor.name != str(service.STDERR)]
    return [name.partition(":")[0] for name in names]


def run(work: Callable[[ReaderProcess], Awaitable[None]]) -> None:
    async def whole() -> int | None:
        process = ReaderProcess()
        try:
            await process.start(EVERYTHING)
            pid = process.pid
            async with asyncio.timeout(20):
                await work(process)
        finally:
            process.close()
        return pid

    assert not Path(f"/proc/{asyncio.run(whole())}").exists()


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
        send(process, signal.SIGSTOP)
        waiting = [asyncio.ensure_future(process.read(BODY, asked(f"{URL}{number}"))) for number in range(3)]
        await asyncio.sleep(0.05)
        assert process.waiting == 3
        send(process, signal.SIGKILL)
        first, *others = await asyncio.gather(*waiting)
        assert first == Reading(error=f"{URL}0: the process that read this page ended on it")
        assert others == [None, None]
        assert not process.is_alive

    run(work)


def test_signals_to_all_processes_of_a_crawl_leave_the_reader_at_work():
    async def work(process: ReaderProcess) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            send(process, number)
        reading = await process.read(BODY, asked())
        assert reading is not None
        assert reading.article is not None

    run(work)


def test_an_answer_that_cannot_be_decoded_is_the_failure_of_its_page_alone(monkeypatch: pytest.MonkeyPatch):
    made = pages.article_with_digests

    def broken(page: Page, *given: Any) -> Any:
        result = made(page, *given)
        if page.url == f"{URL}0":
            result[0].entity_id = 7  # type: ignore[assignment]  # as a bug in a parser might do
        return result

    monkeypatch.setattr(article_page, "article_with_digests", broken)

    async def work(process: ReaderProcess) -> None:
        first, *others = await asyncio.gather(*(process.read(BODY, asked(f"{URL}{number}")) for number in range(4)))
        assert first
        assert first.bug
        assert f"{URL}0: " in str(first.error)
        assert all(other and other.article and other.error is None for other in others)

    run(work)


def test_a_page_asked_for_in_the_moment_of_the_death_is_given_back():
    async def work(process: ReaderProcess) -> None:
        process._out.close()
        assert await process.read(BODY, asked()) is None
        assert process.waiting == 0

    run(work)


def test_the_process_keeps_no_file_of_the_crawl_open(tmp_path: Path):
    async def work(process: ReaderProcess) -> None:
        await process.read(BODY, asked())
        files = open_files(process)
        assert (set(files), files.count("pipe")) == ({"/dev/null", "pipe"}, 2)

    with (tmp_path / "ledger").open("w"), socket.socket():
        run(work)


@pytest.mark.parametrize("size", [1, 3, 5, 1000])
def test_messages_arrive_whole_however_the_stream_is_cut(size: int):
    messages = [b"", b"a", b"b" * 300, b""]
    stream = b"".join(frames.head(message) + message for message in messages)
    pieces = frames.Frames()
    assert [m for at in range(0, len(stream), size) for m in pieces.of(stream[at : at + size])] == messages
