"""Let the disk of crawls fail at any call, then compare everything that was written with everything published.

Exits 0 only when nothing is lost, doubled, torn, out of order or untrue, and the commands that check agree.
"""

import argparse
import gc
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.chaos.__main__ import PER_DAY, SHOWN
from tests.chaos.children import warm
from tests.failing_disk import shim
from tests.failing_disk.rounds import Rounds
from tests.site import running_apart, small


def main() -> None:
    """Run, print, exit."""
    asked = _parser().parse_args()
    if not shim.is_loaded():
        shim.load("tests.failing_disk", Path(tempfile.mkdtemp()))
    shutil.rmtree(Path(os.environ.pop(shim.PRELOAD)).parent)  # it stays loaded
    home = asked.home or Path(tempfile.mkdtemp(prefix="failing-disk-"))
    is_well = run(asked.failures, asked.seed, home)
    if is_well and not asked.home:
        shutil.rmtree(home)
    elif not is_well:
        print(f"       output, state and logs: {home}")
    sys.exit(not is_well)


def run(failures: int, seed: int, home: Path) -> bool:
    """Let so many disks fail, print what came of it, and return whether all is well."""
    started = time.monotonic()
    with running_apart(small(per_day=PER_DAY)) as demo:
        warm(demo.url, home / "warmth")
        gc.freeze()  # pages of memory that the children share stay shared
        rounds = Rounds(demo, home, Random(seed))
        rounds.run(failures)
    print(*_report(rounds), f"{time.monotonic() - started:.0f} seconds", sep="\n")
    return rounds.found.is_well() and not rounds.strange and rounds.failed.total() >= failures


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.failing_disk", description=__doc__)
    parser.add_argument("failures", type=int, nargs="?", default=200, help="how many disks fail")
    parser.add_argument("--seed", type=int, default=1, help="of which calls fail, and how")
    parser.add_argument("--home", type=Path, help="a new folder that keeps output, state and logs")
    return parser


def _report(rounds: Rounds) -> list[str]:
    lines = [f"{count:5}  failed at {name}" for name, count in sorted(rounds.failed.items())]
    ends = ", ".join(f"{count} with {code}" for code, count in sorted(rounds.ends.items()))
    lines += [f"{rounds.failed.total():5}  failing disks in {rounds.crawls} crawls; their exit codes: {ends}"]
    lines += [f"{count:5}  {name}" for name, count in rounds.found.counts().items()]
    lines += [f"       {kind}: {each}" for kind in vars(rounds.found) for each in getattr(rounds.found, kind)[:SHOWN]]
    lines += [f"       strange: {each}" for each in rounds.strange[:SHOWN]]
    return lines


if __name__ == "__main__":
    main()
