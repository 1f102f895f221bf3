"""Rows of a redesigned site in quarantine, and the commands by which a person decides about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.status import status
from espreso_crawler.monitors.judge import ENOUGH
from tests.chaos.children import Child, given, scrapy
from tests.chaos.places import Places

REDESIGN: str = "wrong_weekday"
"""Doubtful to the monitors, and read rightly all the same: what is released shall be true."""
FRESH = 6
"""Articles that come with the redesign: enough for a verdict, however often such rows were released before."""
COMMANDS: Mapping[str, Sequence[str]] = {"release": (), "discard": ("--reason", "a redesign that was taken back")}


def quarantined(places: Places, *, at_most: int | None = None) -> list[str]:
    """Return the runs that have rows in quarantine; `at_most` so many each."""
    with inspected(places.database, output=places.output, state=places.state) as session:
        return [row["run"] for row in status(session)["quarantine"] if at_most is None or row["rows"] <= at_most]


def undecided(places: Places, command: str) -> str | None:
    """Return a run that a command may decide about; a large release would make the redesign the new normal."""
    return next(iter(quarantined(places, at_most=ENOUGH - 1 if command == "release" else None)), None)


def decide(command: str, run: str, settings: Mapping[str, str], *, log: Path, now: datetime, step: str = "") -> Child:
    """Start ``scrapy ledger release`` or ``scrapy ledger discard`` for a run."""
    return scrapy(["ledger", command, run, *COMMANDS[command], *given(settings)], log=log, now=now, step=step)
