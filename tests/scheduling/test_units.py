"""The systemd units and the cron line of the docs are ones that systemd and a shell take."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.waiting import PATIENCE

DOCS = ("scheduling", "scrapyd")
UNIT = re.compile(r"```ini\n# /etc/systemd/system/(\S+)\n(.*?)```", re.DOTALL)


def units() -> dict[str, str]:
    texts = ((ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in DOCS)
    return {name: unit for text in texts for name, unit in UNIT.findall(text)}


def test_systemd_takes_every_unit_of_the_docs(tmp_path: Path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    # The programs and the user of the docs are not on this machine.
    placed = {name: re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit) for name, unit in units().items()}
    for name, unit in placed.items():
        (tmp_path / name).write_text(unit.replace("User=espreso\n", ""))
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in placed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("espreso-")]
    assert (len(placed), said) == (4, [])


def test_the_cron_line_is_one_that_a_shell_takes():
    (line,) = re.findall(
        r"^\*/10 \* \* \* \* (.+)$", (ROOT / "docs" / "scheduling.md").read_text("utf-8"), re.MULTILINE
    )
    assert subprocess.run(["sh", "-n", "-c", line], check=False).returncode == 0
    assert "%" not in line  # cron would end the command there
