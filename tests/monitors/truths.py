"""Every value of an emitted row against what the site published, field by field, less what an edition does not print."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from espreso_crawler.processors.text import label

Record = Mapping[str, Any]


def _names(record: Record, field: str) -> list[tuple[str, str | None]]:
    return [(part["name"], part["url"]) for part in record[field]]


def _parts(record: Record, field: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(part[name] for name in names) for part in record[field]]


def _same(field: str) -> Callable[[Record, Record], bool]:
    return lambda record, truth: record[field] == truth[field]


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


PICTURE = ("url", "role", "caption", "credit", "alt")
LISTS = ("authors", "keywords", "images", "related")
CHECKS: dict[str, Callable[[Record, Record], bool]] = {
    **{
        field: _same(field)
        for field in (
            "headline",
            "alternative_headline",
            "description",
            "article_body",
            "author_note",
            "content_kind",
            "article_section",
            "is_sponsored",
        )
    },
    "date_published": lambda record, truth: (
        _moment(record["date_published"]) == _moment(truth["date_published"])
        and record["date_published_day"] == truth["date_published"][:10]
    ),
    "date_modified": lambda record, truth: _moment(record["date_modified"]) == _moment(truth["date_modified"]),
    "authors": lambda record, truth: _names(record, "authors") == _names(truth, "authors"),
    "keywords": lambda record, truth: _names(record, "keywords") == _names(truth, "keywords"),
    "labels": lambda record, truth: set(map(label, truth["labels"])) <= set(record["labels"]),
    "links": lambda record, truth: _parts(record, "links", "text", "url") == _parts(truth, "links", "name", "url"),
    "images": lambda record, truth: _parts(record, "images", *PICTURE) == _parts(truth, "images", *PICTURE),
    "related": lambda record, truth: (
        _parts(record, "related", "entity_id", "url", "headline", "date")
        == [
            (card["entity_id"] and str(card["entity_id"]), card["url"], card["headline"], card["day"])
            for card in truth["related"]
        ]
    ),
    "feed": lambda record, truth: (
        record["feed"] is None or _moment(record["feed"]["published_at"]) == _moment(truth["feed_time"])
    ),
}


NOT_PRINTED: dict[str, dict[str, Any]] = {
    "plain": {},
    "new_dates": {},
    "no_author": {"authors": []},
    "no_tags": {"keywords": []},
    "no_jsonld": {"date_modified": None, "alternative_headline": None},
    "no_number": {},
    "new_header": {},
    "no_lead": {"description": None},
}
"""What an edition of a layout gives instead of what the site knows."""
MADE_OF = {
    "global": ("no_author", "no_tags"),
    "bare": ("no_author", "no_tags", "no_number", "no_jsonld"),
    "strange": ("new_header", "no_jsonld"),
}


def as_printed(truth: Record, layout: str) -> dict[str, Any]:
    """Return what the site published, less what an edition of this layout does not print."""
    printed = dict(truth)
    for part in MADE_OF.get(layout, (layout,)):
        printed |= NOT_PRINTED[part]
        if part == "no_number":
            printed["related"] = [card | {"entity_id": None} for card in printed["related"]]
    return printed


def filled(record: Record, truth: Record) -> dict[str, Any]:
    """Return a row with the truth wherever it says nothing: what is empty is not wrong."""
    whole = dict(record)
    for field in CHECKS.keys() - {"feed", "labels"}:
        known = truth.get(field)
        if record[field] in (None, []):
            whole[field] = [_as_part(each) for each in known or ()] if field in LISTS else known
        elif field in LISTS and known and len(record[field]) == len(known):
            pairs = zip(record[field], map(_as_part, known), strict=True)
            whole[field] = [
                {name: its.get(name) if value is None else value for name, value in part.items()} for part, its in pairs
            ]
    whole["labels"] = [*whole["labels"], *map(label, truth["labels"])]
    return whole


def _as_part(truth: Record) -> dict[str, Any]:
    if "entity_id" in truth:  # a card
        return {**truth, "entity_id": truth["entity_id"] and str(truth["entity_id"]), "date": truth["day"]}
    return dict(truth)


def wrong_fields(record: Record, truth: Record) -> Iterator[str]:
    """Yield the fields of a row that do not say what the site does."""
    return (field for field, is_right in CHECKS.items() if not is_right(record, truth))


def wrong_feed_fields(line: Record, truth: Record) -> Iterator[str]:
    """Yield the fields of a line of the feed stream that do not say what the site does."""
    if line["headline"] != truth["headline"]:
        yield "headline"
    if _moment(line["published_at"]) != _moment(truth["feed_time"]):
        yield "published_at"
    if line["label"] != (label(truth["feed_label"]) if truth["feed_label"] else None):
        yield "label"
    if line["important"] != truth["is_important"]:
        yield "important"
