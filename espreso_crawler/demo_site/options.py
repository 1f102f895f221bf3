"""What a demo site is made from; every field has a default, and equal options give equal sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.faults import Fault
from espreso_crawler.demo_site.oddities import Spell
from espreso_crawler.demo_site.timeline import KYIV

Layout = Literal[
    "plain",
    "renamed",
    "no_jsonld",
    "time_moved",
    "body_moved",
    "no_feed",
    "new_dates",
    "roman_dates",
    "challenge",
    "no_author",
    "no_tags",
    "no_number",
    "new_header",
    "no_lead",
    "global",
    "bare",
    "strange",
    "wrong_weekday",
    "site_h1",
    "site_h1_bare",
    "one_address",
    "script_feed",
    "script_more",
    "nosy_script",
    "stuck_script",
]
Robots = Literal["allow", "disallow", "missing", "unavailable", "challenge"]


@dataclass(frozen=True)
class SiteOptions:
    """The options of one demo site.

    `per_day` articles appear on an average day from `first_day` (Kyiv) on; `now` is the aware instant at which the
    site's clock starts and `clock_rate` how many seconds it runs per real second (0: it stands still). `page_bytes`
    is the size pages are filled up to. `listing_times` shows day and time on the items of `/news`. `robots` picks
    the answer to `/robots.txt`, `disallow` the paths that its variant `disallow` forbids, `crawl_delay` the seconds
    it asks to leave between requests. `strays` are links (paths, or addresses elsewhere) that stand in the feed and
    the sitemap beside the articles, `spells` rows of articles of one kind. `robots_tag` and `tdm_reservation` are sent
    as X-Robots-Tag and TDM-Reservation with every page, `tdmrep` is the text of `/.well-known/tdmrep.json`; empty ones
    are not there. `latency` delays every answer by so many seconds; `is_compressed` sends gzip to clients that take it.
    """

    language: Language = "en"
    seed: int = 1
    per_day: int = 66
    first_day: date = date(2024, 1, 1)
    now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=KYIV)
    clock_rate: float = 0.0
    page_bytes: int = 100_000
    tape_entries: int = 40
    listing_entries: int = 40
    listing_times: bool = True
    layout: Layout = "plain"
    robots: Robots = "allow"
    disallow: tuple[str, ...] = ("/search-results", "/_private/")
    crawl_delay: int = 0
    spells: tuple[Spell, ...] = ()
    robots_tag: str = ""
    tdm_reservation: str = ""
    tdmrep: str = ""
    faults: tuple[Fault, ...] = ()
    strays: tuple[str, ...] = ()
    latency: float = 0.0
    is_compressed: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for a name that the site does not know: it would quietly mean the plain site."""
        known = {"language": Language, "layout": Layout, "robots": Robots}
        for name, names in known.items():
            if getattr(self, name) not in get_args(names):
                raise ValueError(f"unknown {name} {getattr(self, name)!r}: one of {', '.join(get_args(names))}")


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
