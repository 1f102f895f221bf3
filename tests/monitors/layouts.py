"""Seven redesigns of a known site: each is to be noticed at once, and to bring no wrong row into the output."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.monitors.polls import Place, Poll
from tests.monitors.truths import Record, filled, wrong_fields
from tests.site import DemoSite

LAYOUTS: tuple[str, ...] = (
    "renamed",
    "no_jsonld",
    "time_moved",
    "body_moved",
    "no_feed",
    "roman_dates",
    "challenge",
)
BASELINE = 5
"""Articles that a second crawl finds, so that two runs show what is usual."""


@dataclass
class Redesign:
    """One layout, met by one crawl, and what came of it."""

    layout: str
    new: int
    """Articles published since the crawl before."""
    met: Poll
    wrong: list[str]
    lost: list[str]
    doubled: list[str]

    def is_well(self) -> bool:
        """Whether it was noticed, and nothing wrong, lost or doubled; a crawl that read no article may not notice."""
        is_noticed = self.met.verdict in ("warning", "critical") or (self.new == 0 and not self.met.outcomes)
        return is_noticed and not (self.wrong or self.lost or self.doubled)

    def __str__(self) -> str:
        new = f"{self.new} new"
        told = ", ".join(self.met.findings) or "nothing"
        ills = f"wrong {self.wrong[:5]} lost {self.lost[:5]} doubled {self.doubled[:5]}"
        return (
            f"{self.layout:<12}{new:<12}{self.met.verdict:<10}exit {self.met.exit_code}  {self.met.outcomes}: {told}"
            f"{'' if self.is_well() else '; NOT WELL: ' + ills}"
        )


def redesigns(demo: DemoSite, folder: Path, counts: tuple[int, ...]) -> Iterator[Redesign]:
    """Yield each layout, met after so many new articles, in a folder of its own."""
    before = Place(demo, folder / "before")
    before.poll()
    demo.control.publish(BASELINE)
    before.poll()
    for count in counts:
        for layout in LAYOUTS:
            demo.control.reset()
            demo.control.publish(BASELINE + count)
            place = Place(demo, folder / f"{layout}-{count}")
            shutil.copytree(before.home, place.home)
            demo.control.set_layout(layout)
            yield _met(place, layout, count)


def _met(place: Place, layout: str, count: int) -> Redesign:
    met = place.poll()
    wrong = place.wrong_rows(_wrong)
    place.demo.control.set_layout("plain")  # for the site is the parser's other half: mended is mended
    if met.outcomes.get("quarantined"):
        place.command("ledger", "discard", met.run["run_id"], "--reason", "another layout")
    place.poll()
    written = Counter(record["url"] for record in place.records() if record["event"] == "created")
    lost = sorted(place.published() - written.keys())
    doubled = [url for url, times in written.items() if times > 1]
    return Redesign(layout, count, met, wrong + place.wrong_rows(_wrong), lost, doubled)


def _wrong(record: Record, truth: Record) -> Iterator[str]:
    """Yield what a row says that is not true; a field that the new layout leaves empty is not wrong."""
    return wrong_fields(filled(record, truth), truth)
