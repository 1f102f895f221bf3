"""``scrapy ledger``: how it stands after a real crawl, for programs and for people."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from espreso_crawler.demo_site import SiteOptions, running
from tests.crawls import ROOT, Desk


def scrapy(desk: Desk, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    places = ["-s", f"ESPRESO_OUTPUT={desk.home / 'output'}", "-s", f"ESPRESO_STATE={desk.home / 'state'}"]
    command = [sys.executable, "-m", "scrapy", *arguments, *places]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)


def assert_refused(done: subprocess.CompletedProcess[bytes], code: int, reason: str) -> None:
    """Assert that a command said why in its last line of stderr, and nothing on stdout."""
    assert (done.returncode, done.stdout) == (code, b""), done.stderr
    assert b"Traceback" not in done.stderr
    assert reason in done.stderr.decode().strip().splitlines()[-1]


def test_one_document_and_tables_say_how_it_stands(tmp_path: Path):
    desk = Desk(tmp_path)
    with running(SiteOptions(page_bytes=20_000)) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
    done = scrapy(desk, "ledger", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    assert found["entries"] == {"emitted": 5, "pending": 35}
    assert found["revisions"] == {"created": 5}
    assert found["oldest_pending"]["attempts"] == 0
    assert [stretch["is_open"] for stretch in found["coverage"]] == [False]
    assert found["gaps"] == []
    (run,) = desk.runs()
    assert [each["run"] for each in found["runs"]] == [run["run_id"]]
    told = scrapy(desk, "ledger").stdout.decode()
    for words in (run["run_id"], "oldest pending", "gaps", "emitted", "created"):
        assert words in told


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 4, "there is no ledger"),
        (("more",), 2, "takes no arguments"),
    ],
)
def test_a_refusal_is_one_line_and_makes_nothing(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", *arguments), code, reason)
    assert list(tmp_path.iterdir()) == []
