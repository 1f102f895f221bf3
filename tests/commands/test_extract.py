"""``scrapy extract``: one record on stdout and nothing else, from a file or an address."""

import argparse
import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest
from scrapy.utils.project import get_project_settings

from espreso_crawler import saved_pages
from espreso_crawler.commands import extract as extract_command
from espreso_crawler.items import Article
from espreso_crawler.pages import Page
from espreso_crawler.schema.validator import problems
from tests import forked
from tests.builders import CAPTURED, Entry, Facts, article_html
from tests.crawls import ROOT
from tests.forked import Finished, Started, Streams, pipe
from tests.site import running, small

FACTS = Facts(entries=[Entry("19:00", "A headline", "Exclusive", ("2024, Tuesday", "24 December"), "/news-x")])


def extract(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return forked.command("extract", *arguments)


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "page.html.gz"
    path.write_bytes(gzip.compress(article_html(FACTS).encode()))
    return str(path)


def test_a_saved_page_knows_its_own_address(saved: str):
    done = extract(saved, "--fetched-at", "2024-12-24T17:05:00Z")
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.splitlines()
    record = json.loads(line)
    assert record["url"] == FACTS.url
    assert record["id"] == "global:700001"
    assert record["fetched_at"] == "2024-12-24T17:05:00Z"
    finished = record | {"revision": 1, "run_id": "20241224T170500Z-00000000", "emitted_at": "2024-12-24T17:05:00Z"}
    assert problems(json.dumps(finished).encode()) == []


def test_the_feed_one_line_an_entry(saved: str):
    (line,) = extract(saved, "--feed", "--fetched-at", "2024-12-24T17:05:00Z").stdout.splitlines()
    entry = json.loads(line)
    assert (entry["day"], entry["published_at"]) == ("2024-12-24", "2024-12-24T19:00:00+02:00")
    assert (entry["label"], entry["headline"]) == ("exclusive", "A headline")
    assert entry["url"] == "https://global.espreso.tv/news-x"


def test_a_table_for_people_says_where_values_come_from(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(article_html(Facts(jsonld_headline="A tunnel closes", entries=FACTS.entries)), "utf-8")
    told = extract(str(page), "--explain").stdout.decode()
    for word in ("headline", "markup", "jsonld: A", "tunnel", "NO", "payload_sha256: ", "news feed, by markup"):
        assert word in told
    assert "Evidence(" not in told


@pytest.mark.parametrize(
    ("content", "reason", "code"),
    [(b"", "the body is empty", 3), (b"<html><p>half", "cut short", 3), (None, "No such file", 2),
     (b"<html><head><link rel=canonical href=https://espreso.tv/x></head><body><h1>Tag</h1></body></html>", "no article", 3),
     (b"<html><body></body></html>", "does not name its own address", 3), (b"\x1f\x8b garbage", "broken gzip", 3)],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line_and_an_exit_code(content, reason: str, code: int, tmp_path: Path):
    path = tmp_path / "page.html"
    if content is not None:
        path.write_bytes(content)
    done = extract(str(path))
    assert done.returncode == code, done.stderr
    assert done.stdout == b""
    (line,) = done.stderr.decode().strip().splitlines()
    assert line.startswith("scrapy extract: ")
    assert reason in line


def test_an_address_is_fetched_and_a_missing_page_said():
    with running(small()) as demo:
        truth = demo.site.truth(demo.site.newest, demo.url)
        assert json.loads(extract(truth.url).stdout)["headline"] == truth.headline
        done = extract(f"{demo.url}/nowhere")
    assert done.returncode == 3
    assert done.stderr.decode().strip() == f"scrapy extract: {demo.url}/nowhere: HTTP 404"


def told(*arguments: str) -> Finished:
    """Run the command in a process that begins fast."""
    return forked.scrapy(["extract", *arguments], folder=ROOT, now=None, seconds=60)


def headlines(done: Finished) -> list[str]:
    return [json.loads(line)["headline"] for line in done.stdout.splitlines()]


def saved_as(path: Path, headline: str) -> str:
    path.write_text(article_html(Facts(headline=headline)), "utf-8")
    return str(path)


def test_many_pages_a_line_each_and_a_bad_one_among_them(tmp_path: Path):
    first, last = saved_as(tmp_path / "1.html", "One"), saved_as(tmp_path / "3.html", "Three")
    bad = tmp_path / "2.html"
    bad.write_bytes(b"<html><p>half")
    done = told(first, str(bad), str(tmp_path / "none.html"), last)
    assert headlines(done) == ["One", "Three"]
    assert done.exit_code == 1
    cut, missing = done.log.strip().splitlines()
    assert cut.startswith(f"scrapy extract: {bad}: ")
    assert "cut short" in cut
    assert missing.startswith("scrapy extract: ")
    assert "none.html" in missing


def test_a_parser_s_bug_on_one_page_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary
):
    def failing(page: Page, _tagger: object) -> Article:
        if b"One" in page.body:
            raise RecursionError("too deep")
        return Article(headline="Two")

    monkeypatch.setattr(extract_command, "record_of", failing)
    command = extract_command.Command()
    command.settings = get_project_settings()
    options = argparse.Namespace(url=None, fetched_at=None, explain=False, feed=False, from_archive=False, page=False)
    command.run([saved_as(tmp_path / "1.html", "One"), saved_as(tmp_path / "2.html", "Two")], options)
    said = capsysbinary.readouterr()
    assert command.exitcode == 1
    assert json.loads(said.out)["headline"] == "Two"
    assert b"1.html: RecursionError: too deep" in said.err


def test_a_folder_with_what_was_kept_beside_each_page(tmp_path: Path):
    facts = Facts(headline="Kept", entries=[Entry("19:00", "Next", None, ("2024, Tuesday", "24 December"), "/next")])
    page = Page.read(
        article_html(facts).encode(), url="https://zahid.espreso.tv/kept", fetched_at=CAPTURED,
        headers={"x-robots-tag": "noarchive"},
    )  # fmt: skip
    saved_pages.write(tmp_path / "kept", page, "for a test")
    saved_as(tmp_path / "alone.htm", "Alone")
    (tmp_path / "notes.txt").write_text("no page")
    done = told(str(tmp_path))
    assert (headlines(done), done.exit_code, done.log) == (["Alone", "Kept"], 0, "")
    record = json.loads(done.stdout.splitlines()[1])
    assert (record["url"], record["fetched_at"]) == (
        "https://global.espreso.tv/news-a-bridge-opens",
        "2024-12-24T17:05:00Z",
    )
    assert record["opt_outs"] == ["noarchive"]


def test_an_empty_folder_is_refused(tmp_path: Path):
    done = told(str(tmp_path))
    assert (done.exit_code, done.stdout) == (2, b"")
    assert "the folder holds no page" in done.log


def test_standard_input_is_a_page(saved: str):
    given = ("extract", "-", "--fetched-at", "2024-12-24T17:05:00Z")
    done = forked.command(*given, streams=Streams(stdin=saved))
    assert (done.returncode, json.loads(done.stdout)["headline"]) == (0, FACTS.headline)
    done = forked.command(*given, streams=Streams(stdin=os.devnull))
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr == b"scrapy extract: standard input: saved page: the body is empty\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(("a.html", "b.html", "--url", "https://espreso.tv/x"), "--url names the address of one page"),
     ((".", "--url", "https://espreso.tv/x"), "--url names the address of one page"),
     (("a.html", "--fetched-at", "yesterday"), "--fetched-at 'yesterday': give an ISO time"),
     (("-", "-"), "give - once")],
)  # fmt: skip
def test_wrong_arguments_are_one_line(arguments: tuple[str, ...], reason: str):
    done = told(*arguments)
    assert (done.exit_code, done.stdout) == (2, b"")
    (line,) = done.log.strip().splitlines()
    assert reason in line


def test_no_page_is_usage(tmp_path: Path):
    done = told()
    assert done.exit_code == 2
    assert "give files, folders or addresses" in done.stdout.decode() + done.log


def test_a_page_without_a_feed_is_explained_too(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(article_html(Facts()).replace("news-tape", "aside"), "utf-8")
    done = told(str(page), "--explain")
    assert done.exit_code == 0, done.log
    assert "no news feed on this page" in done.stdout.decode()
    assert "headline" in done.stdout.decode()


def test_addresses_and_files_side_by_side_in_the_order_given(tmp_path: Path):
    file = saved_as(tmp_path / "page.html", "Alone")
    with running(small()) as demo:
        truth = demo.site.truth(demo.site.newest, demo.url)
        done = told(truth.url, file, f"{demo.url}/nowhere")
    assert (headlines(done), done.exit_code) == ([truth.headline, "Alone"], 1)
    assert done.log.strip() == f"scrapy extract: {demo.url}/nowhere: HTTP 404"


def test_what_an_answer_s_headers_say_is_in_the_record():
    with running(small(robots_tag="noarchive")) as demo:
        done = told(demo.site.truth(demo.site.newest, demo.url).url)
    assert json.loads(done.stdout)["opt_outs"] == ["noarchive"]


def test_what_robots_txt_forbids_is_one_line():
    with running(small(robots="disallow", disallow=("/",))) as demo:
        done = told(f"{demo.url}/news")
    assert (done.exit_code, done.stdout) == (3, b"")
    (line,) = done.log.strip().splitlines()
    assert "robots.txt" in line


def test_a_closed_pipe_is_no_error(tmp_path: Path):
    for number in range(40):
        saved_as(tmp_path / f"{number}.html", "Many")
    reader, writer = pipe()
    process = Started(["extract", str(tmp_path)], folder=ROOT, now=None, streams=Streams(stdout=writer))
    with reader:
        assert json.loads(reader.readline())["headline"] == "Many"
    assert (process.wait(60), process.log) == (0, "")
