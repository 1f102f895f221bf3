"""``scrapy export``: a file of another format, or a stream."""

import os
import signal
import sqlite3
import sys
from pathlib import Path

import orjson
import pytest

from espreso_crawler.exceptions import ConfigurationError, LedgerError
from espreso_crawler.export.formats import FORMATS
from espreso_crawler.export.source import Source
from espreso_crawler.export.writing import to_folder
from tests import forked
from tests.crawls import ROOT
from tests.export.sealed import article, seal
from tests.forked import Finished, Started, Streams, pipe
from tests.waiting import wait_until


def export(home: Path, *arguments: str, to: Path | str | None = None) -> Finished:
    return forked.scrapy(given(home, *arguments, to=to), folder=ROOT, now=None, seconds=60)


def given(home: Path, *arguments: str, to: Path | str | None = None) -> list[str]:
    return ["export", "--to", str(to or home / "export"), *arguments, "-s", f"ESPRESO_OUTPUT={home / 'output'}"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seal(tmp_path / "output", article(), article(id="global:7", date_published="2024-10-02T11:37:00+03:00"))
    return tmp_path


def test_a_file_is_put_into_the_folder_and_told(home):
    done = export(home, "--format", "csv", "--since", "2024-11-01")
    path = home / "export" / "articles.csv"
    assert (done.exit_code, done.stdout.decode()) == (0, f"1 record, {path.stat().st_size} bytes: {path}\n"), done.log
    assert sorted(each.name for each in path.parent.iterdir()) == ["articles.csv", "datapackage.json"]


def test_lines_go_to_stdout_and_nothing_else(home):
    done = export(home, "--format", "jsonl", to="-")
    assert [orjson.loads(line)["id"] for line in done.stdout.splitlines()] == ["global:7", "global:1001"]
    assert done.log == ""
    assert not (home / "export").exists()


def test_a_reader_that_has_seen_enough_is_no_error(home):
    seal(home / "output", *(article(id=f"global:{number}") for number in range(100)), number=2)
    reader, writer = pipe()
    arguments = given(home, "--format", "jsonl", to="-")
    process = Started(arguments, folder=ROOT, now=None, streams=Streams(stdout=writer))
    with reader:
        assert reader.readline()
    assert (process.wait(60), process.log) == (0, "")


def test_ctrl_c_leaves_nothing_behind(home):
    (sealed,) = (home / "output" / "articles").glob("*/*.jsonl")
    os.mkfifo(sealed.with_name("000000000002-r.jsonl"))  # there is never an end of reading it
    process = Started(given(home, "--format", "csv"), folder=ROOT, now=None)
    wait_until(lambda: list(home.glob("export/.articles.csv.*")) or process.poll() is not None, "its file")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said) == (130, b"", b"scrapy export: interrupted; no file was written\n")
    assert list((home / "export").iterdir()) == []


def test_an_export_that_finds_no_room_is_told_and_leaves_nothing(home, monkeypatch):
    def full(rows: object, job: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setitem(FORMATS, "sqlite", FORMATS["sqlite"]._replace(write=full))
    with pytest.raises(LedgerError, match=r"espreso\.db: database or disk is full"):
        to_folder(Source(home / "output", "latest"), "sqlite", home / "export", concepts=dict)
    assert list((home / "export").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--format", "atom", "--what", "feed"), 2, "--format atom holds latest, not feed"),
        (("--format", "csv", "--since", "yesterday"), 2, "--since yesterday: give an ISO date"),
        (("--format", "sqlite", "--to", "-"), 2, "give a folder by --to"),
        (("--format", "csv", "-s", "ESPRESO_OUTPUT=/nowhere"), 4, "/nowhere: there is no output folder"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(home, arguments, code, reason):
    done = forked.scrapy([*given(home), *arguments], folder=ROOT, now=None, seconds=60)
    assert done.exit_code == code
    assert done.log.startswith("scrapy export: ")
    assert reason in done.log
    assert done.log.count("\n") == 1
    assert not list(home.glob("export/*"))


def test_a_package_of_somebody_else_is_left_alone(home):
    other = home / "export" / "datapackage.json"
    other.parent.mkdir()
    other.write_text("[]")
    done = export(home, "--format", "jsonl")
    assert (done.exit_code, other.read_text()) == (4, "[]")
    assert "not a data package: move it away" in done.log


def test_exports_do_not_go_among_sealed_files(home):
    done = export(home, "--format", "jsonl", to=home / "output")
    assert done.exit_code == 4
    assert "export into another one" in done.log


def test_without_pyarrow_parquet_names_the_extra_and_the_others_work(home, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    source = Source(home / "output", "latest")
    with pytest.raises(ConfigurationError, match=r"pip install 'espreso-crawler\[export\]'"):
        to_folder(source, "parquet", home / "export", concepts=dict)
    assert list((home / "export").iterdir()) == []
    to_folder(source, "csv", home / "export", concepts=dict)
