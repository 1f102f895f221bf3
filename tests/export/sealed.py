"""An output folder with sealed lines, for tests of what reads it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.export.formats import FORMATS
from espreso_crawler.export.source import Source
from espreso_crawler.export.writing import to_folder
from espreso_crawler.ledger.delivery.segment_paths import segment_path
from espreso_crawler.record import encode
from espreso_crawler.vocabularies.loading import load
from tests.articles import full_article

Json = dict[str, Any]
CONCEPTS = load().by_id()
EMPTY = ("headline", "alternative_headline", "description", "article_body", "feed", "date_published_day")
LISTS = (
    "blocks",
    "authors",
    "labels",
    "cited_agencies",
    "keywords",
    "tags",
    "images",
    "links",
    "related",
    "provenance",
)


def article(**changed: Any) -> Json:
    """Return a full record as it stands in the output."""
    return dict(orjson.loads(encode(full_article()))) | changed


def ended(event: str, **changed: Any) -> Json:
    """Return a record without content, as it stands in the output for an end."""
    nothing = dict.fromkeys(EMPTY) | {name: [] for name in LISTS}
    return article(**nothing | {"event": event, "reason": "as asked"} | changed)


def seal(output: Path, *records: Json, number: int = 1, day: str = "2026-11-22", stream: str = "articles") -> Path:
    """Write records as one sealed segment."""
    path = output / segment_path(stream, number, day=day, run="run")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines(records))
    return path


def lines(records: Iterable[Json]) -> bytes:
    """Return records as JSON lines."""
    return b"".join(encode(record) + b"\n" for record in records)


NO_TIME = {"date_published": None, "date_published_day": "2024-11-03", "date_modified": None}


def tag(id_: str, kind: str, name: str, *mentions: Json) -> Json:
    return {"id": id_, "kind": kind, "name": name, "mentions": list(mentions)}


RECORDS = [
    article(),
    article(
        id="ua:7",
        in_language="uk",
        headline="Ще один вечір у місті",
        feed=None,
        images=[],
        is_sponsored=None,
        tags=[
            tag("place:kharkiv", "place", "Kharkiv", {"field": "headline", "start": 0, "end": 3, "surface": "Ще о"}),
            tag("topic:armed-conflict", "topic", "armed conflict"),
            tag("topic:air-defence", "topic", "air defence"),
            tag("genre:opinion", "genre", "OPINION"),
        ],
        **NO_TIME,
    ),
    article(
        id="global:8",
        revision=2,
        event="revised",
        change_kind="text",
        changes=["headline"],
        silent=True,
        tags=[],
        similarity=0.625,
        near_duplicate_of="ua:7",
    ),
]


def written(output: Path, name: str, what: str = "latest") -> Path:
    source = Source(output, what, newest_first=FORMATS[name].newest_first)  # type: ignore[arg-type]
    return to_folder(source, name, output.parent / "export", concepts=lambda: CONCEPTS)[0]


def json_lines(path: Path) -> list[Json]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def by_id(records: list[Json]) -> dict[str, Json]:
    return {record["id"]: record for record in records}
