"""Seven redesigns of the site: each is to be noticed at once, and to bring no wrong row into the output."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from espreso_crawler.demo_site import DemoSite
from espreso_crawler.demo_site.options import Layout
from tests.monitors.polls import Place, Poll

LAYOUTS: tuple[Layout, ...] = (
    "renamed",
    "no_jsonld",
    "time_moved",
    "body_moved",
    "no_feed",
    "new_dates",
    "challenge",
)
FIRST_EVER = -1
"""In place of a number of new articles: the very first crawl meets the new layout."""


@dataclass
class Redesign:
    """One layout, met by one crawl, and what came of it."""

    layout: Layout
    new: int
    """Articles published since the crawl before; `FIRST_EVER` when there was none."""
    met: Poll
    wrong: list[str]
    lost: list[str]
    doubled: list[str]

    def is_well(self) -> bool:
        """Whether it was noticed, and nothing wrong, lost or doubled; a crawl that read no article may not notice."""
        is_noticed = self.met.verdict in ("warning", "critical") or (self.new == 0 and not self.met.outcomes)
        return is_noticed and not (self.wrong or self.lost or self.doubled)

    def __str__(self) -> str:
        new = "first ever" if self.new == FIRST_EVER else f"{self.new} new"
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
    for count in counts:
        for layout in LAYOUTS:
            demo.control.reset()
            place = Place(demo, folder / f"{layout}-{count}")
            if count != FIRST_EVER:
                shutil.copytree(before.home, place.home)
                if count:
                    demo.control.publish(count)
            demo.control.set_layout(layout)
            yield _met(place, layout, count)


def _met(place: Place, layout: Layout, count: int) -> Redesign:
    met = place.poll()
    wrong = place.wrong_rows()
    place.demo.control.set_layout("plain")  # for the site is the parser's other half: mended is mended
    if met.outcomes.get("quarantined"):
        place.command("discard", met.run["run_id"], "--reason", "another layout")
    place.poll()
    written = Counter(record["url"] for record in place.records() if record["event"] == "created")
    lost = sorted(place.published() - written.keys())
    doubled = [url for url, times in written.items() if times > 1]
    return Redesign(layout, count, met, wrong + place.wrong_rows(), lost, doubled)
