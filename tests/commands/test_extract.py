"""``scrapy extract``: one record on stdout and nothing else, from a file or an address."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from espreso_crawler.demo_site import SiteOptions, running
from espreso_crawler.schema.validator import problems
from tests.builders import Entry, Facts, article_html
from tests.crawls import ROOT

FACTS = Facts(entries=[Entry("19:00", "A headline", "Exclusive", ("2024, Tuesday", "24 December"), "/news-x")])


def extract(*arguments: str, **given) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scrapy", "extract", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60, **given)


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
     (b"<html><body></body></html>", "does not say its own address", 3), (b"\x1f\x8b garbage", "", 2)],
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
    with running(SiteOptions(page_bytes=20_000)) as demo:
        truth = demo.site.truth(demo.site.newest, demo.url)
        assert json.loads(extract(truth.url).stdout)["headline"] == truth.headline
        done = extract(f"{demo.url}/nowhere")
    assert done.returncode == 3
    assert done.stderr.decode().strip() == f"scrapy extract: {demo.url}/nowhere: HTTP 404"


def test_a_closed_pipe_is_no_error(saved: str):
    command = f"{sys.executable} -m scrapy extract {saved} | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
