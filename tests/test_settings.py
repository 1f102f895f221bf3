"""Settings come from the file, the environment and the command line, and the later one wins."""

import os
import subprocess
import sys

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
