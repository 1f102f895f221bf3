"""The project's own files, as a clone of it has them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def committed_files() -> list[Path]:
    """Return what git tracks or would add; an unpacked archive has no git and holds the same."""
    if not (ROOT / ".git").exists():
        return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]
