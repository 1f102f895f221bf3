"""Files of archives, whole and damaged: what can be read is read, and what cannot is told by file and byte."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from espreso_crawler.archive.reading import scanning
from espreso_crawler.archive.reading.records import Files
from espreso_crawler.archive.reading.scanning import scan
from espreso_crawler.archive.reading.stored import Found
from espreso_crawler.archive.reading.volumes import Volume, volumes
from espreso_crawler.exceptions import UnreadableArchive
from tests.archives import Shot, foreign, packed_whole, page, wacz, warc

AT = datetime(2024, 11, 2, 12, tzinfo=UTC)
SHOTS = [page(number, AT + timedelta(minutes=number)) for number in range(5)]
OURS = frozenset({"global.espreso.tv"})
EACH, PLAIN, WHOLE = warc(SHOTS), warc(SHOTS, gzipped=False), packed_whole(SHOTS)
HUGE = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://global.espreso.tv/b\r\nContent-Length: %d\r\n\r\n"


def found(path: Path, hosts: frozenset[str] | None = OURS) -> tuple[list[str], list[str]]:
    """Return the bodies that are read from a file, each as the number of its story, and what is told of the rest."""
    read, told = list[str](), list[str]()
    for volume in volumes(path, path.parent):
        if isinstance(volume, UnreadableArchive):
            told.append(str(volume))
            continue
        result = scan(volume, hosts, path.parent)
        told += result.flaws
        for capture in result.captures:
            try:
                loaded = Files().load(capture)
            except UnreadableArchive as error:
                told.append(str(error))
            else:
                assert f"<title>Story {capture.url[-1]}</title>".encode() in loaded.body
                read.append(capture.url[-1])
    return read, [line.replace(str(path.parent), "") for line in told]


def offsets(content: bytes, tmp_path: Path) -> list[int]:
    path = tmp_path / "whole"
    path.write_bytes(content)
    return [capture.offset for volume in volumes(path, tmp_path) for capture in scan_of(volume).captures]


def scan_of(volume: Volume | UnreadableArchive) -> Found:
    assert isinstance(volume, Volume)
    return scan(volume, None, Path(volume.path).parent)


@pytest.mark.parametrize("content", [EACH, PLAIN], ids=["each record", "plain"])
def test_an_answer_of_others_is_read_by_its_place_whatever_stands_behind_it(tmp_path, content):
    places = offsets(content, tmp_path)
    answers = [Files().at(str(tmp_path / "whole"), place, "here") for place in places]
    assert [(each.url[-1], each.is_rendered) for each in answers] == [(str(number), False) for number in range(5)]


def test_a_revisit_that_names_itself_is_told(tmp_path):
    itself = b"WARC-Type: revisit\r\nWARC-Refers-To-Offset: 0\r\n"
    content = warc([page(1, AT)], gzipped=False).replace(b"WARC-Type: response\r\n", itself)
    (tmp_path / "a.warc").write_bytes(content)
    with pytest.raises(UnreadableArchive, match=r"here: a revisit whose payload .* is not where it should be"):
        Files().at(str(tmp_path / "a.warc"), 0, "here")


@pytest.mark.parametrize("content", [EACH, PLAIN, WHOLE], ids=["each record", "plain", "whole"])
def test_a_file_is_read_however_it_is_packed(tmp_path, content):
    (tmp_path / "a.warc.gz").write_bytes(content)
    assert found(tmp_path / "a.warc.gz") == (["0", "1", "2", "3", "4"], [])


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_wacz_is_read_whether_or_not_its_parts_are_packed_once_more(tmp_path, is_stored):
    assert found(wacz(tmp_path / "a.wacz", SHOTS, is_stored=is_stored)) == (["0", "1", "2", "3", "4"], [])


def test_other_sites_are_passed_over(tmp_path):
    (tmp_path / "a.warc.gz").write_bytes(warc([foreign(1, AT), SHOTS[0], foreign(2, AT), SHOTS[1], foreign(3, AT)]))
    assert found(tmp_path / "a.warc.gz") == (["0", "1"], [])


@pytest.mark.parametrize("content", [EACH, PLAIN], ids=["each record", "plain"])
def test_a_cut_file_is_read_up_to_the_cut_wherever_it_is(tmp_path, content):
    path = tmp_path / "cut"
    begins = offsets(content, tmp_path)
    for at in range(begins[3] + 1, begins[4], max((begins[4] - begins[3]) // 15, 1)):
        path.write_bytes(content[:at])
        read, told = found(path)
        is_whole = at >= begins[4] - 12  # but for the line ends, or the trailer, behind it
        assert read[:3] == ["0", "1", "2"], at
        assert [line.startswith(f"/cut, byte {begins[3]}: ") for line in told] == [True] or is_whole, (at, told)


def test_a_cut_file_that_is_packed_as_a_whole_names_the_record(tmp_path):
    (tmp_path / "a").write_bytes(WHOLE[: len(WHOLE) * 4 // 5])
    read, told = found(tmp_path / "a")
    assert read == [str(number) for number in range(len(read))]
    assert len(told) == 1 and told[0].startswith(f"/a, record {len(read) + 1}: the ")


@pytest.mark.parametrize("hosts", [OURS, frozenset({"news.example"})], ids=["ours", "another's"])
def test_after_a_damaged_member_the_next_one_is_read(tmp_path, hosts):
    begins = offsets(EACH, tmp_path)
    damaged = bytearray(EACH)
    damaged[begins[2] + 400 : begins[2] + 430] = b"x" * 30
    (tmp_path / "a").write_bytes(damaged)
    read, told = found(tmp_path / "a", hosts)
    assert read == (["0", "1", "3", "4"] if hosts is OURS else [])
    assert len(told) == 1 and told[0].startswith(f"/a, byte {begins[2]}: ")


def test_bytes_that_are_not_those_that_were_written_are_not_read(tmp_path):
    (tmp_path / "a").write_bytes(PLAIN.replace(b'<h1 class="text-title">Story 2', b'<h1 class="text-title">Story X'))
    read, told = found(tmp_path / "a")
    assert read == ["0", "1", "3", "4"]
    why = "the bytes are not those that were written: the digest of the block differs"
    assert told == [f"/a, byte {offsets(PLAIN, tmp_path)[2]}: {why}"]


@pytest.mark.parametrize(
    ("before", "now"), [(b"Content-Length: ", b"Content-Length: 9"), (b"Content-Length: ", b"Content-Length: 0")]
)
def test_a_record_of_a_wrong_length_costs_no_other(tmp_path, before, now):
    begins = offsets(PLAIN, tmp_path)
    at = PLAIN.index(before, begins[1])
    (tmp_path / "a").write_bytes(PLAIN[:at] + now + PLAIN[at + len(now) :])
    read, told = found(tmp_path / "a")
    assert set(read) >= {"0", "2", "3", "4"}, "whatever becomes of the one that lies"
    assert [f"byte {begins[1]}" in line for line in told] == [True] * len(told) and told


@pytest.mark.parametrize("length", [3_000_000_000, 30], ids=["told", "hidden"])
def test_a_bomb_is_told_and_not_unpacked(tmp_path, length):
    bomb = gzip.compress(HUGE % length + bytes(100 << 20), 1)
    (tmp_path / "a").write_bytes(EACH + bomb + warc([page(7, AT)]))
    read, told = found(tmp_path / "a")
    assert read == ["0", "1", "2", "3", "4", "7"]
    assert len(told) == 1 and told[0].startswith(f"/a, byte {len(EACH)}: ")


def test_a_body_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    bomb = Shot("https://global.espreso.tv/9", AT, gzip.compress(bytes(40 << 20)), headers={"Content-Encoding": "gzip"})
    (tmp_path / "a").write_bytes(warc([SHOTS[0], bomb, SHOTS[1]]))
    read, told = found(tmp_path / "a")
    assert read == ["0", "1"]
    assert len(told) == 1 and "unpacks to more than" in told[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"hello " * 100, "not a WARC file: it does not begin with WARC/"),
        (gzip.compress(b"hello " * 100, mtime=0), "Invalid WARC header"),
        (b"PK\x05\x06" + bytes(18), "a ZIP file without WARC files: not a WACZ file"),
    ],
)
def test_a_file_that_is_no_archive_is_told(tmp_path, content, why):
    (tmp_path / "a").write_bytes(content)
    read, told = found(tmp_path / "a")
    assert (read, len(told)) == ([], 1)
    assert told[0].startswith("/a") and why in told[0]


def test_a_file_that_ends_with_a_zip_file_is_no_wacz_for_that(tmp_path):
    document = wacz(tmp_path / "a.zip", []).read_bytes()
    shots = [*SHOTS, Shot("https://news.example/a.docx", AT, document)]
    (tmp_path / "a.warc").write_bytes(warc(shots, gzipped=False))
    assert found(tmp_path / "a.warc") == (["0", "1", "2", "3", "4"], [])


def test_a_folder_without_archives_is_refused(tmp_path):
    with pytest.raises(UnreadableArchive, match="no archive in this folder"):
        list(volumes(tmp_path, tmp_path))


def test_a_record_of_any_size_of_another_site_is_no_flaw(tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "LARGEST_RECORD", 50_000)
    (tmp_path / "a").write_bytes(warc([SHOTS[0], foreign(1, AT, 100_000), SHOTS[1]]))
    assert found(tmp_path / "a") == (["0", "1"], [])
