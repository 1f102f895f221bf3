"""``scrapy demo``: from nothing to records, with a folder of its own that is cleared at start."""

import json
import subprocess
import sys
from pathlib import Path

from espreso_crawler.schema.validator import problems
from tests.crawls import ROOT


def demo(home: Path) -> subprocess.CompletedProcess[bytes]:
    places = ["-s", f"ESPRESO_OUTPUT={home / 'output'}", "-s", f"ESPRESO_STATE={home / 'state'}"]
    command = [sys.executable, "-m", "scrapy", "demo", *places]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)


def test_the_demo_ends_with_valid_records_twice(tmp_path: Path):
    for _ in range(2):
        done = demo(tmp_path)
        assert done.returncode == 0, done.stderr
        files = list((tmp_path / "output" / "demo" / "articles").glob("*/*.jsonl"))
        lines = [line for file in files for line in file.read_bytes().splitlines()]
        assert {json.loads(line)["in_language"] for line in lines} == {"en", "uk"}
        assert all(problems(line) == [] for line in lines)
        assert f"{len(lines)} articles in {tmp_path / 'output' / 'demo'}".encode() in done.stderr.replace(b"\n", b" ")
        first = json.loads(done.stdout)
        assert first["event"] == "created"
    assert not (tmp_path / "state").exists()
