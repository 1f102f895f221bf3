"""``scrapy reextract``: what a change of the parser would do to what was emitted, and doing it."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.utils.project import get_project_settings

from espreso_crawler.commands.reextract import Command
from espreso_crawler.pages import claims
from tests.crawls import PAGE, Desk, start
from tests.site import SiteOptions, running

FEED = 12
Reextract = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk with one recorded crawl."""
    home = tmp_path_factory.mktemp("recorded")
    desk = Desk(home, settings={"ESPRESO_ARCHIVE": str(home / "archive")})
    with running(SiteOptions(page_bytes=PAGE, tape_entries=FEED, is_compressed=True)) as demo:
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
    page = (desk.home.parent / "page.html").read_text("utf-8")
    assert all(f'<details id="{each}">' in page for each in affected) and "<script" not in page


def test_what_differs_is_written_as_the_next_revision_once_and_no_crawl_takes_it_back(desk, reextract, monkeypatch):
    first = {record["id"]: record for record in desk.records()}
    affected = with_linked_keywords(list(first.values()))
    monkeypatch.setattr(claims, "TAGS", ".renamed a")
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
    code, told = reextract("--since", "yesterday")
    assert code == 2 and told.startswith("scrapy reextract: --since yesterday: ")
