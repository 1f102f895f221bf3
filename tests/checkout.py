"""The project's own files, as a clone of it has them."""

import shutil
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


@cache
def committed_files() -> list[Path]:
    """Return what git tracks or would add; without git, or in an unpacked archive, what `.gitignore` lets through."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        return [path for path in ROOT.rglob("*") if path.is_file() and not _is_ignored(path.relative_to(ROOT))]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def _is_ignored(path: Path) -> bool:
    """Return whether `.gitignore` keeps a file out, by the few forms of pattern that it uses; git's folder too."""
    lines = [line for line in (ROOT / ".gitignore").read_text().splitlines() if line and line[0] not in "#!"]
    kept = [line[1:] for line in (ROOT / ".gitignore").read_text().splitlines() if line.startswith("!")]
    names = [".git", *(line.strip("/") for line in lines)]
    return str(path) not in kept and any(
        fnmatch(str(path), name) or any(fnmatch(part, name) for part in path.parts) for name in names
    )
