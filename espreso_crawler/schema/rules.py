"""What types alone do not say: the form of single values, and which fields each event fills or leaves."""

from typing import Any, NamedTuple

from espreso_crawler.items import Event

# RFC 3339, section 5.6, with whole seconds. The site's times keep their offset; ours are UTC and end in Z.
SITE_TIME = {"pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$"}
OUR_TIME = {"pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
DAY = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
ADDRESS = {"pattern": r"^https?://[^\s]+$"}
DIGEST = {"pattern": r"^sha256:[0-9a-f]{64}$"}
EDITION = r"[a-z0-9][a-z0-9._-]*"
ID = {"pattern": rf"^{EDITION}:[^\s]+$"}
ENTITY_ID = {"pattern": r"^[0-9]+$"}
OFFSET = {"minimum": 0}
NOT_EMPTY = {"minLength": 1}
RAW = {"maxLength": 300}

FORMS: dict[str, dict[str, Any]] = {
    "Author.name": NOT_EMPTY,
    "Author.url": ADDRESS,
    "Block.level": {"minimum": 2, "maximum": 4},
    "Block.url": ADDRESS,
    "Block.start": OFFSET,
    "Block.end": OFFSET,
    "Keyword.name": NOT_EMPTY,
    "Keyword.url": ADDRESS,
    "Mention.start": OFFSET,
    "Mention.end": OFFSET,
    "Mention.surface": NOT_EMPTY,
    "Tag.id": {"pattern": r"^[a-z]+:[^\s]+$"},
    "Tag.name": NOT_EMPTY,
    "Image.url": ADDRESS,
    "Link.url": ADDRESS,
    "Link.start": OFFSET,
    "Link.end": OFFSET,
    "Related.entity_id": ENTITY_ID,
    "Related.url": ADDRESS,
    "Related.date": DAY,
    "FeedSighting.published_at": SITE_TIME,
    "FeedSighting.position": {"minimum": 1},
    "FeedSighting.seen_at": OUR_TIME,
    "FeedSighting.seen_on": ADDRESS,
    "OtherEvidence.raw": RAW,
    "Provenance.field": NOT_EMPTY,
    "Provenance.raw": RAW,
    "Evidence.http_status": {"minimum": 100, "maximum": 599},
    "Evidence.payload_sha256": DIGEST,
    "Evidence.warc_offset": OFFSET,
    "Article.id": ID,
    "Article.entity_id": ENTITY_ID,
    "Article.revision": {"minimum": 1},
    "Article.url": ADDRESS,
    "Article.edition": {"pattern": rf"^{EDITION}$"},
    "Article.in_language": {"enum": ["uk", "en", "ru"]},
    "Article.headline": NOT_EMPTY,
    "Article.alternative_headline": NOT_EMPTY,
    "Article.description": NOT_EMPTY,
    "Article.author_note": NOT_EMPTY,
    "Article.date_published": SITE_TIME,
    "Article.date_published_day": DAY,
    "Article.date_modified": SITE_TIME,
    "Article.article_section": NOT_EMPTY,
    # Words of any script, joined by hyphens: a label that no vocabulary knows is a slug of itself.
    "Article.labels": {"pattern": r"^[^\s_A-Z-]+(-[^\s_A-Z-]+)*$"},
    "Article.opt_outs": {"enum": ["noindex", "noarchive", "tdm-reserved"]},
    "Article.cited_agencies": NOT_EMPTY,
    "Article.near_duplicate_of": ID,
    "Article.similarity": {"minimum": 0, "maximum": 1},
    "Article.retracts": {"minimum": 1},
    "Article.reason": NOT_EMPTY,
    "Article.text_digest": DIGEST,
    "Article.record_digest": DIGEST,
    "Article.extractor_version": {"pattern": r"^[0-9]+(\.[0-9]+)*$"},
    "Article.fetched_at": OUR_TIME,
    "Article.emitted_at": OUR_TIME,
    "Article.run_id": {"pattern": r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$"},
}
"""Per `Shape.field`; for a list, the form of its members."""


class Demand(NamedTuple):
    """Which fields of `Article` an event fills, and which it leaves null or []."""

    filled: tuple[str, ...]
    empty: tuple[str, ...]


IDENTITY = ("id", "revision", "url", "edition", "emitted_at", "run_id")
CAPTURE = (
    *IDENTITY,
    "in_language",
    "content_kind",
    "headline",
    "is_sponsored",
    "text_digest",
    "record_digest",
    "fetched_at",
)
CHANGE = ("changes", "change_kind", "silent")
CONTENT = (
    "content_kind",
    "headline",
    "alternative_headline",
    "description",
    "article_body",
    "blocks",
    "author_note",
    "authors",
    "article_section",
    "labels",
    "is_sponsored",
    "opt_outs",
    "cited_agencies",
    "keywords",
    "tags",
    "images",
    "links",
    "related",
    "feed",
    "near_duplicate_of",
    "similarity",
    "text_digest",
    "record_digest",
    "provenance",
)
TEXT_DEMAND = ("article_body",)
"""What an article of the kind `text` fills besides: without text, extraction failed."""
WITHHELD = "tdm-reserved"
"""Unless this stands in `opt_outs`."""
DEMANDS: dict[Event, Demand] = {
    "created": Demand(CAPTURE, (*CHANGE, "retracts", "reason")),
    "revised": Demand((*CAPTURE, *CHANGE), ("retracts", "reason")),
    "reextracted": Demand(CAPTURE, ("change_kind", "silent", "retracts", "reason")),
    "removed": Demand((*IDENTITY, "reason"), (*CONTENT, *CHANGE, "retracts")),
    "retracted": Demand((*IDENTITY, "reason", "retracts"), (*CONTENT, *CHANGE)),
    "erased": Demand((*IDENTITY, "reason"), (*CONTENT, *CHANGE, "retracts")),
}
