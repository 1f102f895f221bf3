"""``scrapy ledger tail``: sealed lines for other programs, now and as they come."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_ledger import assert_refused, scrapy
from tests.crawls import ROOT, Desk
from tests.site import SiteOptions, running
from tests.waiting import PATIENCE


def following(desk: Desk) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "ledger",
        "tail",
        "--follow",
        "-s",
        f"ESPRESO_OUTPUT={desk.home / 'output'}",
    ]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def read(process: subprocess.Popen[bytes], count: int) -> bytes:
    assert process.stdout
    return b"".join(process.stdout.readline() for _ in range(count))


def content(desk: Desk, stream: str = "articles") -> bytes:
    return b"".join(path.read_bytes() for path in desk.files(stream))


def test_sealed_lines_come_in_order_now_and_later(tmp_path: Path):
    desk = Desk(tmp_path)
    follower = following(desk)  # begun before there is any output
    with running(SiteOptions(page_bytes=20_000)) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
        assert read(follower, 5) == content(desk)
        desk.crawl(f"start={demo.url}/news", "limit=3")
    read(follower, 3)
    follower.send_signal(signal.SIGTERM)
    assert follower.communicate(timeout=PATIENCE) == (b"", b"scrapy ledger tail: last segment 2\n")
    assert follower.returncode == 0

    done = scrapy(desk, "ledger", "tail", "--after", "1")
    assert (done.returncode, done.stdout) == (0, desk.files()[1].read_bytes())
    assert scrapy(desk, "ledger", "tail", "--stream", "feed").stdout == content(desk, "feed")

    follower = following(desk)
    read(follower, 8)
    assert follower.stdout
    follower.stdout.close()  # the reader goes while there is nothing to write
    assert follower.wait(timeout=PATIENCE) == 0
    assert follower.stderr
    assert follower.stderr.read() == b""
    follower.stderr.close()


def test_ctrl_c_ends_the_following_at_a_line(tmp_path: Path):
    folder = tmp_path / "output" / "articles" / "emitted=2026-11-22"
    folder.mkdir(parents=True)
    line = b'{"id": "' + b"x" * 100_000 + b'"}\n'
    folder.joinpath("000000000001-r.jsonl").write_bytes(line * 50)
    follower = following(Desk(tmp_path))
    assert follower.stdout
    assert follower.stderr
    first = read(follower, 1)
    follower.send_signal(signal.SIGINT)  # while the pipe is full
    with follower.stdout, follower.stderr:
        lines = (first + follower.stdout.read()).splitlines(keepends=True)
        assert follower.stderr.read() == b"scrapy ledger tail: last segment 0\n"
    assert follower.wait(timeout=PATIENCE) == 0
    assert set(lines) == {line}
    assert len(lines) < 50


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [((), 4, "there is no output folder"), (("--after", "-1"), 2, "numbered from 1")],
)
def test_a_refusal_is_told(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", "tail", *arguments), code, reason)
