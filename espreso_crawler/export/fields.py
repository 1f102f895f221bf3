"""Flat tables of an export: which columns they have, and how a record becomes a row of them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from espreso_crawler.export.source import Row, What
from espreso_crawler.schema.shapes import Field
from espreso_crawler.vocabularies.concepts import KINDS

Json = dict[str, Any]
LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds; what is longer would spill into the next rows."""


def _field(name: str, kind: type, doc: str, *, repeated: bool = False) -> Field:
    return Field(name, kind, not repeated, repeated, doc)


FEED = (
    _field("schema_version", str, "Version of the feed lines' format."),
    _field("changes", str, "What is new: `appeared`, or the names of the fields.", repeated=True),
    _field("url", str, "Address of the entry."),
    _field("id", str, "Id of its article; null until that is known."),
    _field("edition", str, "Edition of the feed."),
    _field("headline", str, "Headline of the entry."),
    _field("label", str, "Label of the entry."),
    _field("published_at", datetime, "Time on the entry, Kyiv offset."),
    _field("position", int, "Place in the feed, newest = 1."),
    _field("position_band", str, "`top`, `high`, `middle`, `low` or `below`."),
    _field("important", bool, "Whether the site marked it as important."),
    _field("seen_at", datetime, "When we saw it, UTC."),
    _field("seen_on", str, "Address of the page whose feed held it."),
    _field("poll", str, "The run that saw it."),
)
TAGS = (
    _field("id", str, "Id of the article."),
    _field("revision", int, "Its newest revision."),
    _field("edition", str, "Edition of the article."),
    _field("date_published", datetime, "When it was published, Kyiv offset."),
    _field("date_published_day", date, "Day of publication, Kyiv."),
    _field("tag", str, "Id of the concept, e.g. `place:kharkiv`."),
    _field("kind", str, "Kind of concept."),
    _field("name", str, "English name."),
    _field("mentions", int, "How often the article names it; 0 when it follows from a label."),
    _field("in_headline", bool, "Whether the headline names it."),
    _field("vocabulary_version", str, "Hash of the vocabularies that gave the tag."),
)
ARTICLES = (
    _field("id", str, "Id of the article."),
    _field("revision", int, "1, 2, 3 … without holes."),
    _field("event", str, "`created`, `revised`, `reextracted`; for revisions also `removed`, `retracted`, `erased`."),
    _field("edition", str, "`ua`, `global`, `zahid`, `bc` or `ru`; for any other host, its name."),
    _field("in_language", str, "`uk`, `en` or `ru`."),
    _field("content_kind", str, "What the article mostly is."),
    _field("headline", str, "The headline on the page."),
    _field("alternative_headline", str, "Headline of the metadata, where it differs."),
    _field("description", str, "The lead."),
    _field("date_published", datetime, "When the site says it was published, Kyiv offset."),
    _field("date_published_day", date, "Day of publication, Kyiv."),
    _field("date_modified", datetime, "When the site says it was last changed, Kyiv offset."),
    _field("authors", str, "Names of the authors.", repeated=True),
    _field("article_section", str, "The rubric."),
    _field("labels", str, "Editorial labels.", repeated=True),
    _field("is_sponsored", bool, "Whether a label marks it as paid content."),
    _field("opt_outs", str, "What page or site ask of machines.", repeated=True),
    _field("cited_agencies", str, "Agencies whose material the site forbids to reuse.", repeated=True),
    _field("keywords", str, "The site's own tags.", repeated=True),
    *(_field(name, str, f"English names of the tags of kind {kind}.", repeated=True) for name, kind in KINDS.items()),
    _field("main_image", str, "Address of the main picture."),
    _field("main_image_caption", str, "Its caption."),
    _field("main_image_credit", str, "Who made it."),
    _field("images", int, "How many pictures."),
    _field("links", int, "How many links in the body."),
    _field("words", int, "How many words in the body."),
    _field("feed_position", int, "Place in the feed at first sight, newest = 1."),
    _field("feed_label", str, "Label in the feed at first sight."),
    _field("feed_seen_at", datetime, "When the feed was first seen to hold it, UTC."),
    _field("near_duplicate_of", str, "Id of an earlier published article with nearly the same text."),
    _field("similarity", float, "How near, 0 to 1."),
    _field("changes", str, "For `revised`: fields that changed.", repeated=True),
    _field("change_kind", str, "For `revised`: `text` or `metadata`."),
    _field("silent", bool, "For `revised`: changed without an `updated` label."),
    _field("reason", str, "For `removed`, `retracted`, `erased`: why."),
    _field("url", str, "Canonical address."),
    _field("fetched_at", datetime, "When the page was fetched, UTC."),
    _field("emitted_at", datetime, "When the line was written, UTC."),
    _field(
        "article_body", str, f"The text; cut at the {LONGEST_CELL:,} characters that a cell of a spreadsheet holds."
    ),
    _field("article_body_is_cut", bool, "Whether the text was cut: it is whole in the other formats."),
)
FLAT: dict[What, tuple[Field, ...]] = {"latest": ARTICLES, "revisions": ARTICLES, "feed": FEED, "tags": TAGS}


def flat_rows(row: Row, what: What) -> Iterator[Json]:
    """Yield what a row of an export is in its flat table: one row, or for tags one each."""
    if what == "tags":
        yield from _tags(row.record)
    else:
        yield row.record if what == "feed" else _article(row.record)


def _tags(record: Json) -> Iterator[Json]:
    names = ("id", "revision", "edition", "date_published", "date_published_day", "vocabulary_version")
    for tag in record["tags"]:
        where = [mention["field"] for mention in tag["mentions"]]
        yield {name: record[name] for name in names} | {
            "tag": tag["id"],
            "kind": tag["kind"],
            "name": tag["name"],
            "mentions": len(where),
            "in_headline": "headline" in where,
        }


def _article(record: Json) -> Json:
    body = record["article_body"]
    main: Json = next((image for image in record["images"] if image["role"] == "main"), {})
    feed = record["feed"] or {}
    return record | {
        "authors": [author["name"] for author in record["authors"]],
        "keywords": [keyword["name"] for keyword in record["keywords"]],
        **{name: [tag["name"] for tag in record["tags"] if tag["kind"] == kind] for name, kind in KINDS.items()},
        "main_image": main.get("url"),
        "main_image_caption": main.get("caption"),
        "main_image_credit": main.get("credit"),
        "images": len(record["images"]),
        "links": len(record["links"]),
        "words": len(body.split()) if body else None,
        **{f"feed_{name}": feed.get(name) for name in ("position", "label", "seen_at")},
        "article_body_is_cut": len(body) > LONGEST_CELL if body else None,
    }
