"""Redesign a known demo site and see it noticed; meet other editions for the first time; hear no alarm where none is due.

Exits 0 only when every redesign is noticed by the first crawl after it and brings nothing wrong, lost or doubled, when
every first crawl of another edition gives all its rows, right, and when an unchanged site raises no finding.
"""

import argparse
import gc
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.chaos.children import warm
from tests.crawls import PAGE
from tests.monitors.calm import moody, polls
from tests.monitors.editions import EDITIONS, TRAPS, first_crawls
from tests.monitors.layouts import redesigns
from tests.site import SiteOptions, running_apart


def main() -> None:
    """Run, print, exit."""
    asked = _parser().parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        home = asked.home or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        ills = [_redesigned(home, language, asked.new) for language in asked.languages]
        ills += [_met_first(home, language, tuple(asked.editions)) for language in asked.languages]
        ills += [_calm(home, language, asked.calm) for language in asked.languages if asked.calm]
    print(f"{time.monotonic() - started:.0f} seconds")
    sys.exit(any(ills))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.monitors", description=__doc__)
    parser.add_argument("calm", type=int, nargs="?", default=50, help="crawls of an unchanged site")
    parser.add_argument("--languages", nargs="+", default=["en", "uk"], choices=["en", "uk"])
    parser.add_argument("--new", type=int, nargs="*", default=[0, 2, 30], help="articles that come with a redesign")
    parser.add_argument(
        "--editions", nargs="*", default=EDITIONS + TRAPS, choices=EDITIONS + TRAPS, help="met for the first time"
    )
    parser.add_argument("--home", type=Path, help="a new folder that keeps output, state and logs")
    return parser


def _redesigned(home: Path, language: str, counts: list[int]) -> bool:
    is_ill = False
    with running_apart(SiteOptions(language=language, page_bytes=PAGE)) as demo:  # type: ignore[arg-type]
        _warm(demo.url, home)
        for redesign in redesigns(demo, home / f"redesigns-{language}", tuple(counts)):
            print(language, redesign, flush=True)
            is_ill |= not redesign.is_well()
    return is_ill


def _met_first(home: Path, language: str, editions: tuple[str, ...]) -> bool:
    is_ill = False
    with running_apart(SiteOptions(language=language, page_bytes=PAGE)) as demo:  # type: ignore[arg-type]
        _warm(demo.url, home)
        for met in first_crawls(demo, home / f"editions-{language}", editions):
            print(language, met, flush=True)
            is_ill |= not met.is_well()
    return is_ill


def _calm(home: Path, language: str, runs: int) -> bool:
    alarms = 0
    with running_apart(moody(language, runs)) as demo:
        _warm(demo.url, home)
        rows = 0
        for number, poll in enumerate(polls(demo, home / f"calm-{language}", runs, Random(runs)), start=1):
            rows += sum(poll.outcomes.values())
            if poll.verdict != "ok" or poll.exit_code:
                alarms += 1
                print(
                    language, f"crawl {number}: exit {poll.exit_code}", poll.verdict, poll.run["findings"], flush=True
                )
        print(language, f"{number} crawls of a site that did not change, {rows} rows, {alarms} alarms")
    return bool(alarms)


def _warm(url: str, home: Path) -> None:
    folder = home / "warmth"
    if not folder.exists():
        warm(url, folder)
        gc.freeze()  # pages of memory that the children share stay shared


if __name__ == "__main__":
    main()
