"""The two editions of the demo site: their strings, labels, date forms and invented vocabulary, read from data files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

Language = Literal["en", "uk"]


class Link(NamedTuple):
    """A page of the site by name: a rubric, a tag, an author, a menu entry; `slug` is its path without the slash."""

    slug: str
    name: str


class Columnist(NamedTuple):
    """An author of columns and the sentence about them that stands below each column."""

    slug: str
    name: str
    note: str


@dataclass(frozen=True)
class Edition:
    """What one language edition prints; the names follow the keys of `edition_<language>.json`."""

    strings: Mapping[str, str]
    sponsored_labels: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    rubrics: tuple[Link, ...]
    column_rubric: Link
    tags: tuple[Link, ...]
    menu: tuple[Link, ...]
    authors: tuple[Link, ...]
    columnists: tuple[Columnist, ...]
    weather_cities: tuple[str, ...]
    photo_sources: tuple[str, ...]
    photo_subjects: tuple[str, ...]
    agencies: tuple[str, ...]
    vocabulary: Mapping[str, tuple[str, ...]]
    headlines: Mapping[str, tuple[str, ...]]
    places: Mapping[str, tuple[tuple[str, str], ...]]
    people: tuple[tuple[str, str], ...]

    @property
    def language(self) -> str:
        """The two-letter code of the edition."""
        return self.strings["language"]

    def date_text(self, moment: datetime) -> str:
        """Return a Kyiv day as article headers print it: `4 March, 2024 Monday`."""
        return f"{self.day_text(moment)}, {moment.year} {self.weekdays[moment.weekday()]}"

    def day_text(self, moment: datetime) -> str:
        """Return the lower half of a day heading of the feed: `4 March`."""
        return f"{moment.day} {self.months[moment.month - 1]}"

    def year_text(self, moment: datetime) -> str:
        """Return the upper half of a day heading of the feed: `2024, Monday`."""
        return f"{moment.year}, {self.weekdays[moment.weekday()]}"


@lru_cache
def edition(language: Language) -> Edition:
    """Return the edition of a language, read once."""
    source = files("espreso_crawler.demo_site").joinpath(f"edition_{language}.json")
    words = json.loads(source.read_text(encoding="utf-8"))
    links = {name: tuple(Link(*pair) for pair in words[name]) for name in ("rubrics", "tags", "menu", "authors")}
    flat = ("sponsored_labels", "months", "weekdays", "weather_cities", "photo_sources", "photo_subjects", "agencies")
    prose = ("bodies", "claims", "frames", "whens", "quotes", "leads", "subheads", "runins", "recall")
    return Edition(
        strings=words["strings"],
        column_rubric=Link(*words["column_rubric"]),
        columnists=tuple(Columnist(*row) for row in words["columnists"]),
        vocabulary={name: tuple(words[name]) for name in prose},
        headlines={name: tuple(rows) for name, rows in words["headlines"].items()},
        places={name: tuple((row[0], row[1]) for row in words[name]) for name in ("towns", "countries")},
        people=tuple((row[0], row[1]) for row in words["people"]),
        **links,
        **{name: tuple(words[name]) for name in flat},
    )
