"""Kill crawls of a changing site, then compare everything that was written with everything it published.

Exits 0 only when nothing is lost, doubled, torn, out of order or untrue, and ``scrapy ledger reconcile`` agrees.
"""

import argparse
import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from random import Random

from tests.chaos.children import ended, given, scrapy, warm
from tests.chaos.machines import Machines, machines
from tests.chaos.newsroom import Newsroom
from tests.chaos.places import Places
from tests.chaos.rounds import Chaos
from tests.chaos.verdict import Verdict, verdict
from tests.site import FEED, DemoSite, SiteOptions, running_apart, small

PER_DAY = 40
SHOWN = 10


def main() -> None:
    """Run, print, exit."""
    asked = _parser().parse_args()
    home = asked.home or Path(tempfile.mkdtemp(prefix="chaos-"))
    feed = FEED if asked.quick else SiteOptions.tape_entries
    options = small(latency=0.005, per_day=PER_DAY, tape_entries=feed, listing_entries=feed)
    start = machines if asked.postgresql else one_machine
    with start(options, home, asked.seed, is_quick=asked.quick) as series:
        is_well = run(series, asked.kills, home)
    if is_well and not asked.home:
        shutil.rmtree(home)
    elif not is_well:
        print(f"       output, state and logs: {home}")
    sys.exit(not is_well)


@contextmanager
def one_machine(options: SiteOptions, home: Path, seed: int, *, is_quick: bool) -> Iterator[Chaos]:
    """Start a site, for crawls with a ledger in a file."""
    with running_apart(options) as demo:
        newsroom = Newsroom(demo.control, Random(seed), demo.site.newest, is_quick=is_quick)
        yield Chaos(demo, newsroom, home, Places(home / "output", home / "state"), Random(seed))


def run(series: Chaos | Machines, kills: int, home: Path) -> bool:
    """Kill so many crawls, print what came of it, and return whether all is well."""
    started = time.monotonic()
    warm(series.demos[0].url, home / "warmth")
    gc.freeze()  # pages of memory that the children share stay shared
    series.run(kills)
    series.settle()
    found = verdict(series.places.output, chain.from_iterable(map(_truths, series.demos)))
    agreed = _reconciled(series.places, home / "reconcile.log")
    print(*_report(series, found, agreed), f"{time.monotonic() - started:.0f} seconds", sep="\n")
    return found.is_well() and agreed and series.kills.total() >= kills and not series.strange_ends


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200, help="how many crawls to kill")
    parser.add_argument("--seed", type=int, default=1, help="of what happens and where; the moments are the machine's")
    parser.add_argument("--home", type=Path, help="a new folder that keeps output, state and logs")
    parser.add_argument(
        "--postgresql",
        action="store_true",
        help="three machines share a ledger in PostgreSQL; its server and the network die too",
    )
    parser.add_argument(
        "--quick", action="store_true", help="a short feed, no silent change and no removal: it settles sooner"
    )
    return parser


def _truths(demo: DemoSite) -> list[dict[str, object]]:
    """Return the truth of all that was published since the start."""
    first, newest = demo.site.newest, demo.control.state()["newest"]  # the twin's clock stands still
    return [demo.control.truth(number) for number in range(first + 1, newest + 1)]


def _reconciled(places: Places, log: Path) -> bool:
    (child,) = ended([scrapy(["ledger", "reconcile", *given(places.settings())], log=log)])
    if child.code:
        print(log.read_text("utf-8"))
    return child.code == 0


def _report(series: Chaos | Machines, found: Verdict, agreed: bool) -> list[str]:
    lines = [f"{series.kills[kind]:5}  {told}" for kind, told in series.kinds.items()]
    lines += [f"{series.kills.total():5}  kills in {series.crawls} crawls and {series.decisions} releases and discards"]
    if series.stopped_seconds:
        lines += [f"{series.stopped_seconds:5}  seconds for which one more crawl was stopped before it went on"]
    lines += [f"{count:5}  crawls {what}" for what, count in series.others.items()]
    lines += [f"{count:5}  {name}" for name, count in found.counts().items()]
    lines += [f"       {kind}: {each}" for kind in vars(found) for each in getattr(found, kind)[:SHOWN]]
    lines += [f"       a crawl ended strangely: {each}" for each in series.strange_ends[:SHOWN]]
    return [*lines, f"       scrapy ledger reconcile: {'all is well' if agreed else 'not well, see above'}"]


if __name__ == "__main__":
    main()
