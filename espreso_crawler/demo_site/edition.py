"""The two editions of the demo site, read from data files: strings, labels, date forms, vocabulary."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

Language = Literal["en", "uk"]


class Link(NamedTuple):
    """A page by name: a rubric, a tag, an author, a menu entry; `slug` is its path without the slash."""

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

    language: Language
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
    names = ("bodies", "claims", "frames", "whens", "quotes", "leads", "subheads", "runins", "recall")
    return Edition(
        language=language,
        strings=words["strings"],
        sponsored_labels=tuple(words["sponsored_labels"]),
        months=tuple(words["months"]),
        weekdays=tuple(words["weekdays"]),
        rubrics=_links(words["rubrics"]),
        column_rubric=Link(*words["column_rubric"]),
        tags=_links(words["tags"]),
        menu=_links(words["menu"]),
        authors=_links(words["authors"]),
        columnists=tuple(Columnist(*row) for row in words["columnists"]),
        weather_cities=tuple(words["weather_cities"]),
        photo_sources=tuple(words["photo_sources"]),
        photo_subjects=tuple(words["photo_subjects"]),
        agencies=tuple(words["agencies"]),
        vocabulary={name: tuple(words[name]) for name in names},
        headlines={name: tuple(rows) for name, rows in words["headlines"].items()},
        places={name: _pairs(words[name]) for name in ("towns", "countries")},
        people=_pairs(words["people"]),
    )


def _links(rows: Iterable[list[str]]) -> tuple[Link, ...]:
    return tuple(Link(*row) for row in rows)


def _pairs(rows: Iterable[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in rows)
