"""Kill crawls of a changing site, then compare everything that was written with everything it published.

Exits 0 only when nothing is lost, doubled, torn, out of order or untrue, and ``scrapy ledger reconcile`` agrees.
"""

import argparse
import gc
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.chaos.children import scrapy, warm
from tests.chaos.newsroom import Newsroom
from tests.chaos.rounds import ANY_MOMENT, STEPS, Chaos
from tests.chaos.verdict import Verdict, verdict
from tests.crawls import PAGE
from tests.site import DemoSite, SiteOptions, running_apart

PER_DAY = 40
SHOWN = 10


def main() -> None:
    """Run, print, exit."""
    asked = _parser().parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="chaos-"))
    is_well = run(asked.kills, asked.seed, home)
    if is_well and not asked.home:
        shutil.rmtree(home)
    elif not is_well:
        print(f"       output, state and logs: {home}")
    sys.exit(not is_well)


def run(kills: int, seed: int, home: Path) -> bool:
    """Kill so many crawls, print what came of it, and return whether all is well."""
    started = time.monotonic()
    with running_apart(SiteOptions(page_bytes=PAGE, latency=0.005, per_day=PER_DAY)) as demo:
        newsroom = Newsroom(demo.control, Random(seed), demo.site.newest)
        warm(demo.url, home / "warmth", newsroom.now())
        gc.freeze()  # pages of memory that the children share stay shared
        chaos = Chaos(demo, newsroom, home, Random(seed))
        chaos.run(kills)
        chaos.settle()
        found = verdict(home / "output", _truths(demo))
    agreed = _reconciled(home)
    print(*_report(chaos, found, agreed), f"{time.monotonic() - started:.0f} seconds", sep="\n")
    return found.is_well() and agreed and chaos.kills.total() >= kills and not chaos.strange_ends


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200, help="how many crawls to kill")
    parser.add_argument("--seed", type=int, default=1, help="of what happens and where; the moments are the machine's")
    parser.add_argument("--home", type=Path, help="a new folder that keeps output, state and logs")
    return parser


def _truths(demo: DemoSite) -> list[dict[str, object]]:
    """Return the truth of all that was published since the start."""
    first, newest = demo.site.newest, demo.control.state()["newest"]  # the twin's clock stands still
    return [demo.control.truth(number) for number in range(first + 1, newest + 1)]


def _reconciled(home: Path) -> bool:
    places = ["-s", f"ESPRESO_OUTPUT={home / 'output'}", "-s", f"ESPRESO_STATE={home / 'state'}"]
    child = scrapy(["ledger", "reconcile", *places], log=home / "reconcile.log")
    while not child.is_over():
        time.sleep(0.05)
    if child.code:
        print((home / "reconcile.log").read_text("utf-8"))
    return child.code == 0


def _report(chaos: Chaos, found: Verdict, agreed: bool) -> list[str]:
    lines = [f"{chaos.kills[step]:5}  killed at {step}" for step in (*STEPS, ANY_MOMENT)]
    lines += [f"{chaos.kills.total():5}  kills in {chaos.crawls} crawls and {chaos.decisions} releases and discards"]
    if chaos.stopped_seconds:
        lines += [f"{chaos.stopped_seconds:5}  seconds for which one more crawl was stopped before it went on"]
    lines += [f"{count:5}  {name}" for name, count in found.counts().items()]
    lines += [f"       {kind}: {each}" for kind in vars(found) for each in getattr(found, kind)[:SHOWN]]
    lines += [f"       a crawl ended strangely: {each}" for each in chaos.strange_ends[:SHOWN]]
    return [*lines, f"       scrapy ledger reconcile: {'all is well' if agreed else 'not well, see above'}"]


if __name__ == "__main__":
    main()
