"""Files of the archive: what stands in them, when they are sealed, and what is left of them after a kill."""

import errno
import gzip
import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from espreso_crawler.archive import Answer, Archive, Pointer, chain, stored_answer
from espreso_crawler.archive.layout import find, sealed, unsealed
from espreso_crawler.archive.members import member_at, members
from espreso_crawler.archive.reading.work import served
from espreso_crawler.archive.recovery import recover
from espreso_crawler.exceptions import ArchiveError
from tests.archive.readers import files_of, read_by_both, warcio_accepts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUN = "20261122T120000Z-0a1b2c3d"
URL = "https://espreso.tv/news-a-bridge-opens"


def archive(folder: Path, *, run: str = RUN, most_bytes: int = 10**9, most_seconds: float = 3600) -> Archive:
    folder.mkdir(exist_ok=True)
    return Archive(
        folder,
        run,
        information={"software": "a test"},
        about={"run_id": run, "extractor_version": "7"},
        most_bytes=most_bytes,
        most_seconds=most_seconds,
    )


def answer(url: str = URL, body: bytes = b"<p>A bridge</p>", headers: dict[str, str] | None = None) -> Answer:
    given = {"Content-Type": "text/html; charset=utf-8"} | (headers or {})
    packed = tuple((name.encode(), value.encode()) for name, value in given.items())
    return Answer(url, NOON, 200, packed, body, request_headers=((b"Accept", b"text/html"),))


def noise(size: int, seed: int = 0) -> bytes:
    return Random(seed).randbytes(size)


def test_an_answer_is_kept_byte_for_byte_and_other_readers_find_it(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    body = gzip.compress(b"<p>A bridge</p>" * 99, mtime=0)
    pointer = kept.write(answer(body=body, headers={"Content-Encoding": "gzip", "Content-Length": "9999"}))
    kept.close()
    (name,) = sealed(tmp_path)
    assert pointer.file == name == "2026-11/20261122T120000Z-0a1b2c3d-0001.warc.gz"
    assert warcio_accepts(tmp_path / name)
    info, response, request, metadata = read_by_both(tmp_path / name)
    assert [each.type for each in (info, response, request, metadata)] == [
        "warcinfo",
        "response",
        "request",
        "metadata",
    ]
    assert (response.offset, response.url, response.body) == (pointer.offset, URL, body)
    member = member_at(tmp_path / name, pointer.offset)
    assert member.http_headers["content-length"] == str(len(body))
    assert member.fields["warc-date"] == "2026-11-22T12:00:00Z"
    assert json.loads(member_at(tmp_path / name, metadata.offset).block) == {
        "run_id": RUN,
        "extractor_version": "7",
        "rendered": False,
        "redirected_from": [],
        "headers": "as parsed",
    }


def test_an_answer_is_read_back_by_its_pointer(tmp_path: Path) -> None:
    large = b"<html><body>" + b"<p>A bridge</p>" * 110_000 + b"</body></html>"
    kept = archive(tmp_path)
    rendered = kept.write(replace(answer(body=large), is_rendered=True))
    again = kept.write(replace(answer(body=large), is_rendered=True))  # a revisit
    plain = kept.write(answer(body=large))
    kept.close()
    for pointer in (rendered, again):
        found = stored_answer(tmp_path, pointer)
        assert (found.url, found.at, found.body, found.is_rendered) == (URL, NOON, large, True)
        assert served(found, decode_emails=False).page(found.body).url == URL
    assert not stored_answer(tmp_path, plain).is_rendered


def test_cookies_and_authorisation_never_enter_it(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    secret = ((b"Cookie", b"mine=1"), (b"authorization", b"Basic mine"), (b"Proxy-Authorization", b"mine"))
    given = answer(headers={"SET-COOKIE": "mine=1"})
    kept.write(Answer(given.url, NOON, 200, given.headers, given.body, request_headers=secret))
    kept.close()
    for member in members(*files_of(tmp_path)):
        assert b"mine" not in member.block
        assert "cookie" not in str(member.http_headers)


def test_a_header_cannot_write_a_line_of_its_own(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    pointer = kept.write(answer(headers={"X-Odd": "a\r\nSet-Cookie: b"}))
    kept.close()
    assert member_at(tmp_path / pointer.file, pointer.offset).http_headers["x-odd"] == "a Set-Cookie: b"


def test_the_same_payload_is_written_once_a_file(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    first, second = kept.write(answer()), kept.write(answer(f"{URL}?again", headers={"X-Second": "1"}))
    empty = [kept.write(answer(f"{URL}/{number}", b"")) for number in range(2)]
    kept.close()
    path = tmp_path / first.file
    assert warcio_accepts(path)
    revisit = member_at(path, second.offset)
    assert (revisit.type, revisit.payload, revisit.http_headers["x-second"]) == ("revisit", b"", "1")
    assert revisit.fields["warc-refers-to"] == member_at(path, first.offset).fields["warc-record-id"]
    assert int(revisit.fields["warc-refers-to-offset"]) == first.offset
    assert [member_at(path, each.offset).type for each in empty] == ["response"] * 2


def test_a_file_is_sealed_by_size_and_by_age_and_the_chain_names_each(tmp_path: Path) -> None:
    kept = archive(tmp_path, most_bytes=100_000)
    names = [kept.write(answer(f"{URL}-{number}", noise(60_000, number))).file for number in range(4)]
    kept.close()
    aged = archive(tmp_path, run=RUN.replace("0a", "0b"), most_seconds=0)
    names += [aged.write(answer(f"{URL}-{number}")).file for number in range(2)]
    aged.close()
    assert len(set(names)) == 4
    links, broken = chain.read(tmp_path)
    assert ([link.file for link in links], broken) == (sorted(set(names)), [])
    assert list(sealed(tmp_path)) == sorted(set(names))


def test_a_changed_line_of_the_chain_is_seen(tmp_path: Path) -> None:
    for number in range(3):
        chain.append(tmp_path, "sealed", f"file-{number}", sha256="0")
    path = tmp_path / "chain.jsonl"
    whole = path.read_bytes()
    for broken in (whole.replace(b"file-1", b"file-9"), whole.partition(b"\n")[2], b"{}\n" + whole):
        path.write_bytes(broken)
        assert chain.read(tmp_path)[1]
    path.write_bytes(whole + b'{"event": "sea')  # what a power cut left of a line
    chain.append(tmp_path, "sealed", "file-3", sha256="0")
    assert [link.file for link in chain.read(tmp_path)[0]] == [f"file-{number}" for number in range(4)]
    assert chain.read(tmp_path)[1] == []


def test_an_index_leads_to_every_answer(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    urls = [f"{URL}-{number}" for number in (2, 1, 3)]
    pointers: dict[str, Pointer] = {url: kept.write(answer(url, url.encode())) for url in urls}
    kept.close()
    (path,) = tmp_path.glob("*/*.cdxj")
    lines = path.read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    assert lines[0].startswith("tv,espreso)/news-a-bridge-opens-1 20261122120000 {")
    for told in (json.loads(line.split(" ", 2)[2]) for line in lines):
        pointer = pointers[str(told["url"])]
        assert Pointer(told["filename"], int(told["offset"])) == pointer
        member = member_at(tmp_path / pointer.file, pointer.offset)
        assert (int(told["length"]), told["mime"], told["status"]) == (member.length, "text/html", "200")


def test_a_crawl_without_answers_leaves_no_file(tmp_path: Path) -> None:
    archive(tmp_path).close()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def torn(tmp_path: Path) -> tuple[Path, list[Pointer], bytes]:
    """Give an open file of a crawl that is dead, and its whole content."""
    pid = os.fork()
    if not pid:
        kept = archive(tmp_path)
        for number in range(4):
            kept.write(answer(f"{URL}-{number}", noise(3000, number)))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    (path,) = files_of(tmp_path)
    found = [member.offset for member in members(path) if member.type == "response"]
    (name,) = unsealed(tmp_path)
    return path, [Pointer(name, offset) for offset in found], path.read_bytes()


def test_a_cut_file_is_cut_back_to_its_last_whole_record(torn: tuple[Path, list[Pointer], bytes]) -> None:
    path, pointers, whole = torn
    folder = path.parents[1]
    ends = {member.offset + member.length for member in members(path)}
    for cut in Random(1).sample(range(pointers[0].offset + 5000, len(whole)), 20):
        path.write_bytes(whole[:cut])
        (name,) = recover(folder)
        sealed_file = folder / name
        assert sealed_file.stat().st_size == max(end for end in ends if end <= cut)
        assert warcio_accepts(sealed_file)
        offsets = [each.offset for each in read_by_both(sealed_file) if each.type == "response"]
        assert offsets == [each.offset for each in pointers][: len(offsets)]
        sealed_file.unlink()
        (folder / "chain.jsonl").unlink()


def test_rubbish_behind_the_last_record_is_cut_off(torn: tuple[Path, list[Pointer], bytes]) -> None:
    path, pointers, whole = torn
    path.write_bytes(whole + bytes(4096))
    (name,) = recover(path.parents[1])
    assert (path.parents[1] / name).read_bytes() == whole
    assert find(path.parents[1], pointers[0].file) == path.parents[1] / name


@pytest.mark.parametrize("step", ["espreso_crawler.archive.chain.append", "pathlib.Path.rename"])
@pytest.mark.parametrize("before", [True, False])
def test_a_kill_while_a_file_is_sealed_leaves_what_the_next_crawl_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    pid = os.fork()
    if not pid:
        real: Any = chain.append if step.endswith("append") else Path.rename

        def killed(*arguments: object, **more: object) -> None:
            if not before:
                real(*arguments, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(step, killed)
        kept = archive(tmp_path)
        kept.write(answer())
        kept.close()
    os.waitpid(pid, 0)
    recover(tmp_path)
    (name,) = sealed(tmp_path)
    links, broken = chain.read(tmp_path)
    assert ([(link.event, link.file) for link in links], broken) == ([("sealed", name)], [])
    assert warcio_accepts(tmp_path / name)
    assert recover(tmp_path) == []


def test_the_file_of_a_living_crawl_is_left_alone(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write(answer())
    pid = os.fork()
    if not pid:  # locks do not keep a process from its own files
        os._exit(len(recover(tmp_path)))
    assert os.waitpid(pid, 0)[1] == 0
    kept.close()
    assert len(list(sealed(tmp_path))) == 1


def test_processes_that_seal_at_the_same_time_do_not_disturb_the_chain(tmp_path: Path) -> None:
    pids = []
    for process in range(3):
        pids.append(os.fork())
        if not pids[-1]:
            kept = archive(tmp_path, run=RUN[:-1] + str(process), most_bytes=1)
            for number in range(20):
                kept.write(answer(f"{URL}-{number}"))
            kept.close()
            os._exit(0)
    assert {os.waitpid(pid, 0)[1] for pid in pids} == {0}
    links, broken = chain.read(tmp_path)
    assert (len(links), broken) == (60, [])
    assert sorted(link.file for link in links) == list(sealed(tmp_path))


def test_a_full_disk_costs_an_answer_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, real = archive(tmp_path), os.pwrite
    first = kept.write(answer(f"{URL}-1", noise(500, 1)))

    def full(descriptor: int, data: bytes, offset: int) -> int:
        return real(descriptor, data[: len(data) // 2], offset)

    def broken(_descriptor: int, _data: bytes, _offset: int) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for failing, said in ((full, "No space left"), (broken, "Input/output error")):
        monkeypatch.setattr(os, "pwrite", failing)
        with pytest.raises(ArchiveError, match=said):
            kept.write(answer(f"{URL}-2", noise(9000, 2)))
    monkeypatch.setattr(os, "pwrite", real)
    third = kept.write(answer(f"{URL}-3", noise(500, 3)))
    kept.close()
    assert warcio_accepts(tmp_path / first.file)
    found = [(each.url, each.offset) for each in read_by_both(tmp_path / first.file) if each.type == "response"]
    assert found == [(f"{URL}-1", first.offset), (f"{URL}-3", third.offset)]
