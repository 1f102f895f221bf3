"""``python -m tests.fuzz [--seconds N] [--seed N]``: mutates inputs until the time is up; exit code 1 with findings."""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, takewhile
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, checked

FOLDER = Path("build/fuzz")
MOST_SHOWN = 20
# Pages are what strangers write most of.
WEIGHTS = {"page": 60, "sitemap": 8, "rss": 8, "robots": 4, "jsonld": 10, "text": 10}


def fuzz(numbers: Iterable[int], seed: int) -> tuple[Counter[str], dict[str, bytes]]:
    """Return the number of inputs by target, and an input for each finding by its text; each number makes one input."""
    counts, findings = Counter[str](), dict[str, bytes]()
    for number in numbers:
        chance = random.Random(f"{seed}:{number}")  # noqa: S311  # the same inputs again by the same seed
        target = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        data = mutated(chance.choice(seeds()[target]), seeds()[target], chance)
        counts[target] += 1
        try:
            checked(target, data)
        except Exception as error:  # noqa: BLE001  # whatever a parser raises is what is looked for
            findings.setdefault(_named(target, error), data)
    return counts, findings


def numbers_for(seconds: float) -> Iterator[int]:
    """Return numbers until the time is up."""
    seeds()  # made once, before the clock runs
    until = time.monotonic() + seconds
    return takewhile(lambda _: time.monotonic() < until, count(1))


def _named(target: str, error: Exception) -> str:
    """Return a finding's name: inputs that fail at the same place are one."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{target}: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {str(error)[:200]}"


def main() -> int:
    """Fuzz, print what was done, and keep the inputs that failed in `build/fuzz/`."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    counts, findings = fuzz(numbers_for(options.seconds), options.seed)
    for target in TARGETS:
        print(f"{target:10}{counts[target]:>10,} inputs")
    print(f"{'all':10}{counts.total():>10,} inputs in {options.seconds:.0f} s, seed {options.seed}: "
          f"{len(findings)} findings")  # fmt: skip
    for number, (name, data) in enumerate(list(findings.items())[:MOST_SHOWN]):
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{number}").write_bytes(data)
        print(f"{FOLDER / str(number)}: {name}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
