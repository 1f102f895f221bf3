"""The news tape as the script-built feed loads it."""

from collections.abc import Sequence

from espreso_crawler.demo_site.edition import Edition
from espreso_crawler.demo_site.tape import Entry
from espreso_crawler.demo_site.timeline import kyiv_time


def tape_json(entries: Sequence[Entry], words: Edition, base: str) -> list[dict[str, str]]:
    """Return entries as the script-built feed loads them."""
    return [
        {
            "year": words.year_text(kyiv_time(entry.minute)),
            "day": words.day_text(kyiv_time(entry.minute)),
            "time": f"{kyiv_time(entry.minute):%H:%M}",
            "mark": entry.brief.label,
            "headline": entry.brief.headline,
            "url": f"{base}/{entry.brief.slug}",
        }
        for entry in entries
    ]
