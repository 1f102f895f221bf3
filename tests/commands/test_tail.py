"""``scrapy ledger tail``: sealed lines for other programs, now and as they come."""

import signal
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.commands.test_ledger import assert_refused, scrapy
from tests.crawls import Desk
from tests.forked import Started, Streams, pipe
from tests.site import running, small
from tests.waiting import PATIENCE


def following(desk: Desk) -> tuple[Started, BinaryIO]:
    reader, writer = pipe()
    return desk.start_scrapy("ledger", "tail", "--follow", streams=Streams(stdout=writer)), reader


def read(lines: BinaryIO, count: int) -> bytes:
    return b"".join(lines.readline() for _ in range(count))


def content(desk: Desk, stream: str = "articles") -> bytes:
    return b"".join(path.read_bytes() for path in desk.files(stream))


def test_sealed_lines_come_in_order_now_and_later(tmp_path: Path):
    desk = Desk(tmp_path)
    follower, lines = following(desk)  # begun before there is any output
    with running(small()) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
        assert read(lines, 5) == content(desk)
        desk.crawl(f"start={demo.url}/news", "limit=3")
    read(lines, 3)
    follower.send_signal(signal.SIGTERM)
    with lines:
        assert lines.read() == b""
    assert (follower.wait(PATIENCE), follower.log) == (0, "scrapy ledger tail: last segment 2\n")

    done = scrapy(desk, "ledger", "tail", "--after", "1")
    assert (done.returncode, done.stdout) == (0, desk.files()[1].read_bytes())
    assert scrapy(desk, "ledger", "tail", "--stream", "feed").stdout == content(desk, "feed")

    follower, lines = following(desk)
    with lines:  # the reader goes while there is nothing to write
        read(lines, 8)
    assert (follower.wait(PATIENCE), follower.log) == (0, "")


def test_ctrl_c_ends_the_following_at_a_line(tmp_path: Path):
    folder = tmp_path / "output" / "articles" / "emitted=2026-11-22"
    folder.mkdir(parents=True)
    line = b'{"id": "' + b"x" * 100_000 + b'"}\n'
    folder.joinpath("000000000001-r.jsonl").write_bytes(line * 50)
    follower, lines = following(Desk(tmp_path))
    with lines:
        first = read(lines, 1)
        follower.send_signal(signal.SIGINT)  # while the pipe is full
        printed = (first + lines.read()).splitlines(keepends=True)
    assert (follower.wait(PATIENCE), follower.log) == (0, "scrapy ledger tail: last segment 0\n")
    assert set(printed) == {line}
    assert len(printed) < 50


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [((), 4, "there is no output folder"), (("--after", "-1"), 2, "numbered from 1")],
)
def test_a_refusal_is_told(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", "tail", *arguments), code, reason)
