"""``scrapy reextract``: what a change of the parser would do to what was emitted, and doing it."""

import multiprocessing
import os
import re
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.exceptions import UsageError
from scrapy.utils.project import get_project_settings

from espreso_crawler.archive.reading.records import Files, Loaded
from espreso_crawler.commands import reextract as command
from espreso_crawler.commands.reextract import Command
from espreso_crawler.ledger import crash
from espreso_crawler.pages import claims
from espreso_crawler.reading import forked, processes
from espreso_crawler.reextraction.work import ReextractionWork
from tests.archives import Shot, page, warc
from tests.crawls import Desk, start
from tests.site import running, small

FEED = 12
RESERVED = b'[{"location": "/", "tdm-reservation": 1}]'
Reextract = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk with one recorded crawl."""
    home = tmp_path_factory.mktemp("recorded")
    desk = Desk(home, settings={"ESPRESO_ARCHIVE": str(home / "archive")})
    with running(small(tape_entries=FEED, is_compressed=True)) as demo:
        done = desk.crawl(start(demo))
    assert done.exit_code == 0, done.log
    return desk


@pytest.fixture
def desk(recorded: Desk, tmp_path: Path) -> Desk:
    """Return a copy of it."""
    shutil.copytree(recorded.home, tmp_path / "desk")
    return Desk(tmp_path / "desk", settings={"ESPRESO_ARCHIVE": str(tmp_path / "desk" / "archive")})


@pytest.fixture
def reextract(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Reextract:
    """Return what runs the command here, so that it reads with the parser that a test has changed."""
    monkeypatch.setenv("COLUMNS", "400")

    def run(*given: str, **settings: str) -> tuple[int, str]:
        command = Command()
        command.settings = get_project_settings()
        home = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
        command.settings.setdict(home | {"ESPRESO_READERS": "2"} | desk.settings | settings, "cmdline")
        parser = ScrapyArgumentParser()
        command.add_options(parser)
        opts, rest = parser.parse_known_args(list(given))
        command.process_options(rest, opts)
        command.run(rest, opts)
        told = capsys.readouterr()
        return command.exitcode, told.out + told.err

    return run


def content(folder: Path) -> dict[str, str]:
    """Return the digest of every file in a folder."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def with_linked_keywords(records: list[dict[str, Any]]) -> set[str]:
    return {record["id"] for record in records if any(each["url"] for each in record["keywords"])}


@pytest.mark.parametrize("readers", ["0", "2"])
def test_the_same_parser_finds_no_difference(reextract, readers):
    assert reextract(ESPRESO_READERS=readers) == (0, f"{FEED} records compared: {FEED} the same, 0 differ\n")


def test_a_changed_selector_is_named_by_field_and_article_and_nothing_is_written(desk, reextract, monkeypatch):
    affected = with_linked_keywords(desk.records())
    assert affected
    before = content(desk.home)
    monkeypatch.setattr(claims, "TAGS", ".renamed a")
    code, told = reextract("--diff", "--html", str(desk.home.parent / "page.html"))
    assert (code, content(desk.home)) == (0, before)
    assert f"{FEED - len(affected)} the same, {len(affected)} differ" in told
    rows = [line.split("│") for line in told.splitlines() if line.startswith("│ ")]
    assert {row[1].strip(): row[3].strip() for row in rows if ":" in row[1]} == dict.fromkeys(affected, "keywords")
    assert [row[1].strip() for row in rows if ":" not in row[1] and row[1].strip()] == ["keywords"]
    html = (desk.home.parent / "page.html").read_text("utf-8")
    assert all(f'<details id="{each}">' in html for each in affected) and "<script" not in html


def test_what_differs_is_written_as_the_next_revision_once_and_no_crawl_takes_it_back(desk, reextract, monkeypatch):
    first = {record["id"]: record for record in desk.records()}
    affected = with_linked_keywords(list(first.values()))
    monkeypatch.setattr(claims, "TAGS", ".renamed a")
    # The archive has the time at which the answer came, the record that at which it was read.
    alone, earlier = Files.alone, timedelta(seconds=2)

    def before(*given: Any, **more: Any) -> Loaded:
        loaded = alone(*given, **more)
        return loaded._replace(at=loaded.at - earlier)

    monkeypatch.setattr(Files, "alone", before)
    code, told = reextract("--emit")
    assert code == 0 and f"{len(affected)} reextracted revisions written" in told
    lines = desk.records()[FEED:]
    assert {line["id"] for line in lines} == affected
    for line in lines:
        assert (line["event"], line["revision"], line["changes"]) == ("reextracted", 2, ["keywords"])
        assert not any(each["url"] for each in line["keywords"])
        same = ("evidence", "fetched_at", "feed", "headline", "article_body", "near_duplicate_of")
        assert [line[name] for name in same] == [first[line["id"]][name] for name in same]
        assert line["run_id"] != first[line["id"]]["run_id"]
    assert "0 reextracted revisions written" in reextract("--emit")[1]
    assert len(desk.records()) == FEED + len(affected)
    host = lines[0]["url"].split("/")[2]
    done = desk.crawl(f"path={desk.home / 'archive'}", f"host={host}", spider="archive")
    assert done.exit_code == 0 and len(desk.records()) == FEED + len(affected), "the keywords are in no digest"


@pytest.mark.parametrize("step", ["reextract:before-commit@2", "reextract:after-commit@2", "seal:data-renamed"])
def test_after_a_kill_a_second_call_writes_what_is_left_and_nothing_twice(desk, reextract, monkeypatch, step):
    affected = with_linked_keywords(desk.records())
    assert len(affected) > 2
    monkeypatch.setattr(claims, "TAGS", ".renamed a")
    monkeypatch.setattr(command, "BATCH", 1)

    def killed() -> None:
        crash.arm(step)
        reextract("--emit", ESPRESO_READERS="0")

    child = multiprocessing.get_context("fork").Process(target=killed)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert reextract("--emit", ESPRESO_READERS="0")[0] == 0
    written = desk.records()[FEED:]
    assert sorted(line["id"] for line in written) == sorted(affected)
    assert {(line["event"], line["revision"]) for line in written} == {("reextracted", 2)}


def refused(*_given: object) -> None:
    raise OSError("no room")


def test_where_no_process_can_be_had_this_one_reads(reextract, monkeypatch):
    same = f"{FEED} records compared: {FEED} the same, 0 differ\n"
    monkeypatch.setattr(processes.Processes, "start", refused)
    code, told = reextract()
    assert code == 0 and told.startswith(same) and "(no room)" in told
    monkeypatch.setattr(forked, "FIRST_SAFE", (99,))
    assert reextract() == (0, same), "an early Python is not asked for any"


def test_a_page_that_ends_processes_is_told_by_its_record(desk, reextract, monkeypatch):
    deadly, answer = desk.records()[3]["id"], ReextractionWork.answer

    def ends(self: ReextractionWork, question: bytes) -> bytes:
        if f'"id":"{deadly}"'.encode() in question:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(self, question)

    monkeypatch.setattr(ReextractionWork, "answer", ends)
    code, told = reextract()
    assert code == 0 and f"{FEED - 1} the same, 0 differ; 1 cannot be read" in told
    assert re.search(rf"{deadly}: \S+, byte \d+: {processes.ENDED}, twice", told)


def test_a_text_that_was_left_out_stays_left_out_whatever_is_set_now(desk, reextract, tmp_path):
    shutil.rmtree(desk.home)
    at, pages = datetime(2024, 11, 2, 12, tzinfo=UTC), tmp_path / "pages.warc.gz"
    file = "https://global.espreso.tv/.well-known/tdmrep.json"
    pages.write_bytes(warc([page(1, at), Shot(file, at, RESERVED, headers={"Content-Type": "application/json"})]))
    done = desk.crawl(f"path={pages}", spider="archive")
    (record,) = desk.records()
    assert (done.exit_code, record["article_body"], record["opt_outs"]) == (0, None, ["tdm-reserved"])
    told = reextract("--path", str(tmp_path), ESPRESO_OPT_OUT="flag")
    assert told == (0, "1 record compared: 1 the same, 0 differ\n")


def test_what_cannot_be_compared_is_told(desk, reextract):
    (file,) = (desk.home / "archive").rglob("*.warc.gz")
    record = desk.records()[0]
    damaged = bytearray(file.read_bytes())
    at = record["evidence"]["warc_offset"] + 700
    damaged[at : at + 40] = b"x" * 40
    file.write_bytes(damaged)
    code, told = reextract()
    assert code == 0 and f"{FEED - 1} the same, 0 differ; 1 cannot be read" in told and f"{record['id']}: " in told
    file.unlink()
    assert reextract() == (0, f"0 records compared: 0 the same, 0 differ; {FEED} not in the archive\n")


def test_wrong_input_is_one_line(reextract):
    assert reextract(ESPRESO_ARCHIVE="")[0] == 1
    with pytest.raises(UsageError, match="nowhere: no such folder"):  # by which Scrapy exits with 2
        reextract("--path", "nowhere")
    code, told = reextract("--since", "yesterday")
    assert code == 2 and told.startswith("scrapy reextract: --since yesterday: ")
