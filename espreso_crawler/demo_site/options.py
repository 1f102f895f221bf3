"""What a demo site is made from; every field has a default, and equal options give equal sites."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args

from espreso_crawler.demo_site.edition import Language
from espreso_crawler.demo_site.oddities import Spell
from espreso_crawler.demo_site.timeline import KYIV


@dataclass(frozen=True)
class SiteOptions:
    """The options of one demo site.

    `per_day` articles appear on an average day from `first_day` (Kyiv) on; `now` is the aware instant at which the
    site's clock starts and `clock_rate` how many seconds it runs per real second (0: it stands still). `page_bytes`
    is the size pages are filled up to. `listing_times` shows day and time on the items of `/news`. `strays` are links
    (paths, or addresses elsewhere) that stand in the feed and the sitemap beside the articles, `spells` rows of
    articles of one kind. `layout` is one of `layouts.py`. `latency` delays every answer by so many seconds;
    `is_compressed` sends gzip to clients that take it.
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
    layout: str = "plain"
    spells: tuple[Spell, ...] = ()
    strays: tuple[str, ...] = ()
    latency: float = 0.0
    is_compressed: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for a language that the site does not speak."""
        if self.language not in get_args(Language):
            raise ValueError(f"unknown language {self.language!r}: one of {', '.join(get_args(Language))}")
