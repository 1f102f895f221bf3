"""What the first rows of an edition teach: what it shows and what not, said once, and nothing wrong with either."""

from typing import Any

from espreso_crawler.monitors.expectations import EXPECTATIONS
from espreso_crawler.monitors.lengths import LEAST_BODY
from espreso_crawler.monitors.tallies import Tally

FEWER = 0.25
"""An edition that shows a property in so many rows fewer than the known layout is said to show it seldom."""


def learned(edition: str, seen: Tally) -> dict[str, Any]:
    """Return the note for the run file: ``shows`` names properties, ``lacks`` says how many rows have each."""
    shows, lacks = [], []
    for each in EXPECTATIONS:
        told, met = seen.told(each.name), seen.met(each.name)
        if told and met / told < each.share - FEWER:
            lacks.append(f"{each.name}: {met or 'none'} of {told} rows")
        elif told:
            shows.append(each.name)
    typical = seen.typical("article_body")
    if typical and typical < LEAST_BODY:
        lacks.append(f"article_body: typically {typical:.0f} characters")
    for name, count in seen.feed_flaws.items():
        lacks.append(f"{name}: {count} of {seen.feeds} feeds")
    return {"edition": edition, "rows": seen.rows, "shows": shows, "lacks": lacks}
