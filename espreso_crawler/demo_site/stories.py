"""A day of news that is written beforehand: who and what the tags know, and what becomes of each article later."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from importlib.resources import files
from typing import Literal

from espreso_crawler.demo_site.edition import Language

UpdateKind = Literal["text", "headline", "label", "modified"]


@dataclass(frozen=True, slots=True)
class Later:
    """What becomes of an article at a time of day; `text` is the new headline or the paragraph that is added."""

    at: str
    kind: UpdateKind | Literal["removal"]
    text: str = ""
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """An article that is not drawn: it is the last one out by a time (aware).

    `label` is `exclusive` or empty, `tags` are names. With `copy_of`, the key of an earlier story, the paragraphs
    stand below its text. `metadata_headline` is the one that stands in the page's JSON-LD by mistake.
    """

    key: str
    by: datetime
    headline: str
    lead: str
    paragraphs: tuple[str, ...]
    tags: tuple[str, ...]
    label: str = ""
    copy_of: str = ""
    metadata_headline: str = ""
    later: Later | None = None


def stories(language: Language, day: datetime) -> Iterator[Story]:
    """Yield the stories of an edition for a day (aware, Kyiv), in the order in which they come out."""
    source = files("espreso_crawler.demo_site").joinpath(f"stories_{language}.json")
    for row in json.loads(source.read_text(encoding="utf-8")):
        later = Later(**row.pop("later")) if "later" in row else None
        by = at(day, row.pop("by"))
        yield Story(by=by, paragraphs=tuple(row.pop("paragraphs")), tags=tuple(row.pop("tags")), later=later, **row)


def at(day: datetime, clock: str) -> datetime:
    """Return the time of a day that a clock shows as `09:15`."""
    return datetime.combine(day, time.fromisoformat(clock), day.tzinfo)
