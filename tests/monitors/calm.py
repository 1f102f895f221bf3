"""Many crawls of a site that does not change, with its ordinary ups and downs: no alarm may come of them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from espreso_crawler.demo_site.oddities import Spell
from espreso_crawler.demo_site.stories import UpdateKind
from tests.crawls import PAGE
from tests.monitors.polls import Place, Poll
from tests.site import DemoSite, SiteOptions
from tests.site.site import Site

UPDATES: tuple[UpdateKind, ...] = ("text", "headline", "label", "modified")
WAITS = (10, 10, 10, 20, 30, 60, 120, 240, 540)
"""Minutes between two crawls: most come soon, some after a night."""
FEED = 40


def moody(language: str, runs: int) -> SiteOptions:
    """Return a site that has a night of opinions, one of long interviews, and a day of videos."""
    plain = Site(SiteOptions(language=language))  # type: ignore[arg-type]
    first = plain.newest
    spells = (
        Spell(first - 30, first - 6, "interview", 6),
        Spell(first + 20, first + 44, "column"),
        Spell(first + 60, first + 80, "interview", 6),
        Spell(first + 100, first + 125, "video"),
        Spell(first + 150, first + 190, "column"),
    )
    return SiteOptions(language=language, page_bytes=PAGE, spells=spells[: 2 if runs < FEED else None])  # type: ignore[arg-type]


def polls(demo: DemoSite, home: Path, runs: int, chance: Random) -> Iterator[Poll]:
    """Yield crawls, with articles published and edited between them, or nothing at all."""
    place, control = Place(demo, home), demo.control
    for _ in range(runs):
        yield place.poll()
        control.advance(chance.choice(WAITS))
        if chance.random() < 0.2:
            control.publish(chance.randint(1, 25))
        newest = int(control.state()["newest"])
        for _ in range(chance.randint(0, 3)):
            control.update(newest - chance.randint(0, 20), chance.choice(UPDATES), silent=chance.random() < 0.3)
    yield place.poll()
