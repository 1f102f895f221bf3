"""Damaged files, files of others, and two at work at once: each file is worked on that can be, and the rest is said."""

import gzip
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from espreso_crawler import durable, options
from espreso_crawler.archive import Archive, blanking, chain, finish_forgetting, note_forgotten, prune
from espreso_crawler.archive.layout import open_path, sealed, unsealed
from espreso_crawler.archive.members import members
from espreso_crawler.archive.recovery import recover
from espreso_crawler.exceptions import ArchiveError
from espreso_crawler.extensions.archive import ArchiveExtension
from tests.archive.test_writing import NOON, RUN, URL, answer, archive, noise

ADDRESS = URL.partition("://")[2]
FOREIGN = gzip.compress(
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:a>\r\nWARC-Date: 2024-01-01T00:00:00.123456Z\r\n"
    b"WARC-Target-URI: " + URL.encode() + b"\r\nContent-Length: 20\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx\r\n\r\n"
)
"""A file with the page, of another program: its times are finer than ours."""


def kept(folder: Path, number: int) -> Archive:
    """Return the archive of a run in which the page is."""
    made = archive(folder, run=f"{RUN[:-1]}{number}")
    made.write(answer(URL, noise(3000, number)))
    return made


def holding(folder: Path) -> list[str]:
    """Return the whole files in which the page still is."""
    return [name for name in sealed(folder) if any(member.url == URL for member in members(folder / name))]


def in_another_process(folder: Path) -> int:
    """Return how many files another process finds that no living crawl writes."""
    pid = os.fork()
    if not pid:
        os._exit(len(recover(folder)))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_file_that_is_being_sealed_is_left_to_its_crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, real, found = kept(tmp_path, 1), chain.append, list[int]()

    def meanwhile(*arguments: Any, **more: Any) -> None:
        real(*arguments, **more)
        found.extend((len(recover(tmp_path)), in_another_process(tmp_path)))

    monkeypatch.setattr(chain, "append", meanwhile)
    made.close()
    assert found == [0, 0]
    assert [link.event for link in chain.read(tmp_path)[0]] == ["sealed"]
    assert len(list(sealed(tmp_path))) == 1


def test_a_process_that_a_killed_crawl_left_does_not_keep_its_file_open(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        made = kept(tmp_path, 1)
        if child := os.fork():
            os.write(writing, str(child).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)
        made.close()
        os._exit(0)
    os.waitpid(pid, 0)
    child = int(os.read(reading, 20))
    try:
        assert recover(tmp_path) == list(sealed(tmp_path)) != []
    finally:
        os.kill(child, signal.SIGKILL)


def test_files_of_others_in_the_folder_stay_as_they_are(tmp_path: Path) -> None:
    kept(tmp_path, 1).close()
    (name,) = sealed(tmp_path)
    (tmp_path / "mine").mkdir()
    others = ("mine/a.warc.gz.open", "mine/b.warc.gz", "2026-11/c.warc.gz.open", "2026-11/d.warc.gz")
    for other in others:
        (tmp_path / other).write_bytes(FOREIGN)
    chain.append(tmp_path, "sealed", "mine/b.warc.gz")
    chain.append(tmp_path, "pruned", "2026-11/d.warc.gz")
    with (tmp_path / "chain.jsonl").open("ab") as file:
        file.write(b"[1]\n")
    assert len(chain.read(tmp_path)[1]) == 1
    assert recover(tmp_path) == []
    note_forgotten(tmp_path, [ADDRESS])
    assert finish_forgetting(tmp_path) == ([name], [])
    copy = name.replace("-0001", "-0002")
    (tmp_path / copy).write_bytes((tmp_path / name).read_bytes())
    chain.append(tmp_path, "blanked", copy)  # nothing says when it was sealed
    done = prune(tmp_path, older_than=None, most_bytes=0, needed=set(), now=NOON.replace(year=2099))
    assert (done.deleted, list(sealed(tmp_path))) == ([name], [copy])
    assert [(tmp_path / other).read_bytes() for other in others] == [FOREIGN] * len(others)


def test_what_cannot_be_read_keeps_no_other_file_from_being_blanked(tmp_path: Path) -> None:
    for number in range(4):
        kept(tmp_path, number).close()
    damaged, first, *_ = sealed(tmp_path)
    data = bytearray((tmp_path / damaged).read_bytes())
    data[len(data) // 2] ^= 255
    (tmp_path / damaged).write_bytes(data)
    (tmp_path / first.replace(".warc.gz", ".cdxj")).write_bytes(b"an index that was cut\n")
    unreadable, whole = (f"2026-11/{RUN[:-1]}{number}-0001.warc.gz" for number in "89")
    if not (pid := os.fork()):
        kept(tmp_path, 9)
        os._exit(0)
    os.waitpid(pid, 0)
    open_path(tmp_path, unreadable).write_bytes(FOREIGN)
    note_forgotten(tmp_path, [ADDRESS])
    with pytest.raises(ArchiveError) as raised:
        finish_forgetting(tmp_path)
    assert all(name in str(raised.value) for name in (damaged, unreadable)), raised.value
    assert [name for name in sealed(tmp_path) if name != damaged and name in holding_of(tmp_path, damaged)] == []
    assert list(unsealed(tmp_path)) == [unreadable]
    assert (tmp_path / whole).exists()
    assert list(tmp_path.glob("*/.*")) == []  # no half a copy of the page
    assert (tmp_path / blanking.NOTE).exists()

    (tmp_path / damaged).unlink()
    open_path(tmp_path, unreadable).unlink()
    finish_forgetting(tmp_path)
    assert not (tmp_path / blanking.NOTE).exists()


def holding_of(folder: Path, damaged: str) -> list[str]:
    data = (folder / damaged).read_bytes()
    (folder / damaged).unlink()
    found = holding(folder)
    (folder / damaged).write_bytes(data)
    return found


@pytest.mark.parametrize("torn", [b'["espreso.tv/a', b"7", b"\xff"])
def test_a_note_that_cannot_be_read_is_named(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / blanking.NOTE).write_bytes(torn)
    for work in (lambda: finish_forgetting(tmp_path), lambda: note_forgotten(tmp_path, [ADDRESS])):
        with pytest.raises(ArchiveError, match=r"forgetting\.json: .* delete it, and run `scrapy ledger forget` again"):
            work()
    assert (tmp_path / blanking.NOTE).read_bytes() == torn


def test_a_file_that_is_sealed_while_others_are_blanked_is_blanked_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path, 1).close()
    late, real = kept(tmp_path, 2), blanking._blank

    def meanwhile(*given: Any) -> None:
        real(*given)
        late.close()

    note_forgotten(tmp_path, [ADDRESS])
    with monkeypatch.context() as patch:
        patch.setattr(blanking, "_blank", meanwhile)
        finish_forgetting(tmp_path)
    assert len(holding(tmp_path)) == 1
    assert json.loads((tmp_path / blanking.NOTE).read_bytes()) == [ADDRESS]
    finish_forgetting(tmp_path)
    assert holding(tmp_path) == []


def test_every_new_folder_is_durable_before_a_page_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, real = list[Path](), durable.sync_folder

    def noted(folder: Path) -> None:
        synced.append(folder.relative_to(tmp_path))
        real(folder)

    monkeypatch.setattr(durable, "sync_folder", noted)
    folder = tmp_path / "pages" / "archive"
    ArchiveExtension.from_crawler(get_crawler(settings_dict={**options.defaults(), "ESPRESO_ARCHIVE": str(folder)}))
    assert synced == [Path(), Path("pages")]
    kept(folder, 1).sync()
    assert synced[2:] == [Path("pages/archive"), Path("pages/archive/2026-11")]
