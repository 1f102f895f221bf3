"""Settings come from the file, the environment and the command line, and the later one wins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT


@pytest.mark.parametrize(
    ("environment", "options", "expected"),
    [
        ({"ESPRESO_OUTPUT": "/srv/espreso"}, [], "/srv/espreso"),
        ({"ESPRESO_OUTPUT": "/srv/espreso"}, ["-s", "ESPRESO_OUTPUT=elsewhere"], "elsewhere"),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_file(environment, options, expected):
    command = [sys.executable, "-m", "scrapy", "settings", "--get", "ESPRESO_OUTPUT", *options]
    shell = os.environ | environment
    done = subprocess.run(command, cwd=ROOT, env=shell, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


def test_a_crawl_starts_without_what_it_does_not_use(tmp_path: Path):
    places = {"ESPRESO_OUTPUT": str(tmp_path / "output"), "ESPRESO_STATE": str(tmp_path / "state")}
    options = ["-a", "start=http://127.0.0.1:9/news", "-s", "RETRY_TIMES=0"]
    command = [sys.executable, "-X", "importtime", "-m", "scrapy", "crawl", "read_also", *options]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | places, capture_output=True, text=True, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "espreso_crawler.ledger" in loaded
    slow = {"aiohttp", "requests", "prometheus_client", "apscheduler", "jsonschema", "espreso_crawler.demo_site"}
    assert loaded & slow == set()
