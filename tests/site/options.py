"""What a site of the tests is made from; equal options give equal sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from espreso_crawler import demo_site
from espreso_crawler.demo_site.oddities import Spell
from tests.site.faults import Fault
from tests.site.layouts import LAYOUTS

FEED = 12
"""Entries of a small site's feed, and of a page of its archive."""

Robots = Literal["allow", "disallow", "missing", "unavailable", "challenge"]


@dataclass(frozen=True)
class SiteOptions(demo_site.SiteOptions):
    """The options of one site of the tests, those of the demo site among them.

    `robots` picks the answer to `/robots.txt`, `disallow` the paths that its variant `disallow` forbids, `crawl_delay`
    the seconds it asks to leave between requests. `robots_tag` and `tdm_reservation` are sent as X-Robots-Tag and
    TDM-Reservation with every page, `tdmrep` is the text of `/.well-known/tdmrep.json`; empty ones are not there.
    """

    robots: Robots = "allow"
    disallow: tuple[str, ...] = ("/search-results", "/_private/")
    crawl_delay: int = 0
    robots_tag: str = ""
    tdm_reservation: str = ""
    tdmrep: str = ""
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Raise `ValueError` for a name that the site does not know: it would quietly mean the plain site."""
        super().__post_init__()
        for name, names in {"layout": tuple(LAYOUTS), "robots": get_args(Robots)}.items():
            if getattr(self, name) not in names:
                raise ValueError(f"unknown {name} {getattr(self, name)!r}: one of {', '.join(names)}")


def small(**fields: Any) -> SiteOptions:
    """Return options of a site whose lists and pages are short, for crawls that take a moment."""
    return SiteOptions(**{"page_bytes": 20_000, "tape_entries": FEED, "listing_entries": FEED} | fields)


def options_from(fields: Mapping[str, Any]) -> SiteOptions:
    """Return options from JSON-like fields: times in ISO 8601, faults as objects of their own fields.

    Raises `TypeError` for a name that no option has, `ValueError` for a time that is none.
    """
    values = dict(fields)
    if "first_day" in values:
        values["first_day"] = date.fromisoformat(values["first_day"])
    if "now" in values:
        values["now"] = datetime.fromisoformat(values["now"])
    if "disallow" in values:
        values["disallow"] = tuple(values["disallow"])
    if "strays" in values:
        values["strays"] = tuple(values["strays"])
    if "spells" in values:
        values["spells"] = tuple(Spell(**spell) for spell in values["spells"])
    if "faults" in values:
        values["faults"] = tuple(Fault(**fault) for fault in values["faults"])
    return SiteOptions(**values)
