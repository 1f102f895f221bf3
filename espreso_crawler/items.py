"""The record: an `Article` and its parts, as dataclasses whose attribute docstrings become the JSON Schema.

Names are schema.org ``NewsArticle`` terms in snake_case where one exists. A field that a page does not fill is
``None`` or ``[]``, never missing. The site's times carry the offset of Europe/Kyiv, ours are UTC.

No ``slots`` here: orjson reads their attributes one by one, and takes five times as long for a record.
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from espreso_crawler import identity
from espreso_crawler.fields import (
    ADDRESS,
    CONCEPT_ID,
    DAY,
    DIGEST,
    EDITION,
    ENTITY_ID,
    EXTRACTOR,
    FROM_ONE,
    HEADING_LEVEL,
    HTTP_STATUS,
    ID,
    LABEL,
    LANGUAGE,
    NOT_EMPTY,
    OFFSET,
    OUR_TIME,
    RAW,
    RUN_ID,
    SHARE,
    SITE_TIME,
    about,
    digested,
    digests,
    is_content,
    is_withheld,
    names,
    record,
    text,
)

Day = date
"""For a field that is itself named `date`: inside its class the bare name is the default, not the type."""

SCHEMA_VERSION = "1.0"
"""Minor: a new nullable field. Major: everything else."""

EXTRACTOR_VERSION = "5"
"""Raised by hand when extraction changes: digests are compared within one version only."""

Event = Literal["created", "revised", "removed", "retracted", "reextracted", "erased"]
ContentKind = Literal["text", "video", "gallery", "live"]
BlockType = Literal["paragraph", "heading", "list", "quote", "image", "video", "embed"]
ImageRole = Literal["main", "inline"]
ChangeKind = Literal["text", "metadata"]
Source = Literal["markup", "jsonld", "og", "feed", "structure"]
ConceptKind = Literal["country", "place", "person", "organisation", "weapon", "topic", "genre"]
MentionField = Literal["headline", "description", "article_body"]
OptOut = Literal["noindex", "noarchive", "tdm-reserved"]
OPT_OUT = {"enum": list(get_args(OptOut))}


@dataclass
class Author:
    """A person or desk named as author."""

    name: str = field(metadata=about(NOT_EMPTY, digested=True))
    """Name as the page prints it."""
    url: str | None = field(default=None, metadata=about(ADDRESS))
    """Absolute address of the author's page, when the name is a link."""


@dataclass
class Block:
    """One block of the body, in page order."""

    type: BlockType
    """What kind of block it is."""
    level: int | None = field(default=None, metadata=about(HEADING_LEVEL))
    """For `heading`: 2 to 4 by its tag; null for a wholly bold paragraph, such as a question."""
    text: str | None = None
    """Text of a text block, equal to `article_body[start:end]`; for an embed, its visible text."""
    items: list[str] = field(default_factory=list)
    """For `list`: its items; `text` holds them one to a line."""
    url: str | None = field(default=None, metadata=about(ADDRESS))
    """For `image`, `video` and `embed`: what it shows."""
    caption: str | None = None
    """For `image` and `video`: the line under it, without the credit."""
    credit: str | None = None
    """For `image` and `video`: who made it."""
    provider: str | None = None
    """For `video` and `embed`: the host that serves it, e.g. `youtube`, `telegram`."""
    start: int | None = field(default=None, metadata=about(OFFSET))
    """First code point of the block's text in `article_body`."""
    end: int | None = field(default=None, metadata=about(OFFSET))
    """One past the last code point of the block's text in `article_body`."""


@dataclass
class Keyword:
    """One of the site's own tags."""

    name: str = field(metadata=about(NOT_EMPTY))
    """Tag as printed."""
    url: str | None = field(default=None, metadata=about(ADDRESS))
    """Absolute address of the tag page; null when only JSON-LD names the tag."""


@dataclass
class Mention:
    """Where a concept stands in the text."""

    field: MentionField
    """Which text field holds it."""
    start: int = dataclasses.field(metadata=about(OFFSET))
    """First code point."""
    end: int = dataclasses.field(metadata=about(OFFSET))
    """One past the last code point."""
    surface: str = dataclasses.field(metadata=about(NOT_EMPTY))
    """The words as they stand there."""


@dataclass
class Tag:
    """A concept of this project's vocabularies."""

    id: str = field(metadata=about(CONCEPT_ID))
    """Stable id, e.g. `genre:opinion`."""
    kind: ConceptKind
    """Kind of concept."""
    name: str = field(metadata=about(NOT_EMPTY))
    """English name."""
    mentions: list[Mention] = field(default_factory=list)
    """Every place where the text names it; empty when the tag follows from a label."""


@dataclass
class Image:
    """A picture of the article."""

    url: str = field(metadata=about(ADDRESS, digested=True))
    """Absolute address of the largest version known; that of a picture file has no query."""
    role: ImageRole
    """`main` for the picture above the body, `inline` for one inside it."""
    caption: str | None = field(default=None, metadata=about(digested=True))
    """What the page prints under it, without the credit."""
    credit: str | None = None
    """Who made it, without a word such as "Photo:"."""
    alt: str | None = None
    """Alternative text."""


@dataclass
class Link:
    """A link in the body."""

    url: str = field(metadata=about(ADDRESS))
    """Absolute address."""
    text: str
    """Link text, equal to `article_body[start:end]`."""
    start: int = field(metadata=about(OFFSET))
    """First code point in `article_body`."""
    end: int = field(metadata=about(OFFSET))
    """One past the last code point in `article_body`."""


@dataclass
class Related:
    """One of the "Read also" cards under the article."""

    url: str = field(metadata=about(ADDRESS))
    """Canonical address."""
    entity_id: str | None = field(default=None, metadata=about(ENTITY_ID))
    """The site's number of that article."""
    headline: str | None = None
    """Headline on the card."""
    date: Day | None = field(default=None, metadata=about(DAY))
    """Day of publication, Kyiv."""


@dataclass
class FeedSighting:
    """How the article's entry looked when it was first seen in the news feed."""

    published_at: datetime | None = field(metadata=about(SITE_TIME))
    """Time on the entry, to the minute, Kyiv offset; null when the feed gave no day or no time."""
    label: str | None
    """Label on the entry, in the form used in `labels`."""
    position: int = field(metadata=about(FROM_ONE))
    """Place in the feed, newest = 1."""
    important: bool
    """Whether the site marked it as important."""
    seen_at: datetime = field(metadata=about(OUR_TIME))
    """When we saw it, UTC."""
    seen_on: str = field(metadata=about(ADDRESS))
    """Address of the page whose feed held it."""


@dataclass
class OtherEvidence:
    """What another source says if it disagrees."""

    source: Source
    """Which source."""
    raw: str | None = field(metadata=about(RAW))
    """What it says, at most 300 characters."""


@dataclass
class Provenance:
    """Where a field's value came from."""

    field: str = field(metadata=about(NOT_EMPTY))
    """Name of the field."""
    source: Source
    """`markup`, `jsonld`, `og`, `feed`, or `structure` when the known markup was gone."""
    agrees: bool | None
    """Whether the other sources say the same; null when none of them has a whole and possible value."""
    raw: str | None = dataclasses.field(default=None, metadata=about(RAW))
    """The value as it stood there, for headline, dates, authors, labels, section and marks of paid content, cut
    at 300 characters."""
    others: list[OtherEvidence] = dataclasses.field(default_factory=list)
    """The sources that disagree, and those whose value is impossible, such as a date of 1970."""


@dataclass
class Evidence:
    """The response behind the record."""

    http_status: int | None = field(default=None, metadata=about(HTTP_STATUS))
    """Status of the response; null for a saved file."""
    payload_sha256: str | None = field(default=None, metadata=about(DIGEST))
    """`sha256:` and the digest of the decoded body's bytes."""
    warc_file: str | None = None
    """File of the archive that holds the response; null when the page was not kept."""
    warc_offset: int | None = field(default=None, metadata=about(OFFSET))
    """Where the response begins in that file, in bytes."""


@dataclass
class Article:
    """One revision of an article, as a full snapshot. Consumers' key is (`id`, `revision`)."""

    schema_version: str = SCHEMA_VERSION
    """Version of this format."""
    event: Event = "created"
    """Why the line was written: first sight, a change of the article or of the extraction rules, or an end."""
    id: str | None = field(default=None, metadata=about(ID))
    """`<edition>:<entity id>`, else `<edition>:<slug>`; once given it never changes."""
    entity_id: str | None = field(default=None, metadata=about(ENTITY_ID))
    """The site's own number of the article."""
    revision: int | None = field(default=None, metadata=about(FROM_ONE))
    """1, 2, 3 … without holes."""
    url: str | None = field(default=None, metadata=about(ADDRESS))
    """Canonical address."""
    edition: str | None = field(default=None, metadata=about(EDITION))
    """`ua`, `global`, `zahid`, `bc` or `ru`; for any other host, its name."""
    in_language: str | None = field(default=None, metadata=about(LANGUAGE))
    """Language of the text: `uk`, `en` or `ru`; for a text of a few words, the one that the page declares."""
    content_kind: ContentKind | None = field(default=None, metadata=about(content=True))
    """What the article mostly is."""
    headline: str | None = field(default=None, metadata=about(NOT_EMPTY, content=True, digest=text(1)))
    """The headline on the page (h1)."""
    alternative_headline: str | None = field(default=None, metadata=about(NOT_EMPTY, content=True))
    """Headline of the metadata, where it differs."""
    description: str | None = field(default=None, metadata=about(NOT_EMPTY, withheld=True, digest=text(2)))
    """The whole lead; null when the page has none, or only a cut one."""
    article_body: str | None = field(default=None, metadata=about(withheld=True, digest=text(3)))
    """Text blocks joined by one blank line."""
    blocks: list[Block] = field(default_factory=list, metadata=about(withheld=True))
    """The body block by block, in page order."""
    author_note: str | None = field(default=None, metadata=about(NOT_EMPTY, withheld=True))
    """A column's note about its author and disclaimer, kept out of the body."""
    date_published: datetime | None = field(
        default=None, metadata=about(SITE_TIME, digest=record(6, otherwise="date_published_day"))
    )
    """When the site says it was published, Kyiv offset; null when no source gives a time."""
    date_published_day: date | None = field(default=None, metadata=about(DAY))
    """Day of publication, Kyiv; known even when the time is not."""
    date_modified: datetime | None = field(default=None, metadata=about(SITE_TIME))
    """When the site says it was last changed, Kyiv offset."""
    authors: list[Author] = field(default_factory=list, metadata=about(content=True, digest=record(4)))
    """Who wrote it, in page order."""
    article_section: str | None = field(default=None, metadata=about(NOT_EMPTY, content=True, digest=record(5)))
    """The rubric."""
    labels: list[str] = field(default_factory=list, metadata=about(LABEL, content=True))
    """Editorial labels in one form for all languages, e.g. `exclusive`, `updated`, `opinion`."""
    is_sponsored: bool | None = field(default=None, metadata=about(content=True))
    """Whether a label, the rubric, a tag or a line of the text marks it as paid; `provenance` names the mark."""
    opt_outs: list[str] = field(default_factory=list, metadata=about(OPT_OUT, content=True))
    """What page or site ask of programs: `noindex`, `noarchive`, `tdm-reserved`; `tdm-reserved` may withhold text and
    pictures."""
    cited_agencies: list[str] = field(default_factory=list, metadata=about(NOT_EMPTY, content=True))
    """Agencies whose material must not be reused, as text, credits or picture file names name them, in any script."""
    keywords: list[Keyword] = field(default_factory=list, metadata=about(content=True))
    """The site's own tags, without the one that means news in general."""
    tags: list[Tag] = field(default_factory=list, metadata=about(content=True))
    """Concepts of this project's vocabularies."""
    vocabulary_version: str | None = None
    """Hash of the vocabularies that gave `tags`."""
    images: list[Image] = field(default_factory=list, metadata=about(withheld=True, digest=record(7)))
    """Pictures, the main one first."""
    links: list[Link] = field(default_factory=list, metadata=about(withheld=True))
    """Links of the body."""
    related: list[Related] = field(default_factory=list, metadata=about(withheld=True))
    """The "Read also" cards under the article."""
    feed: FeedSighting | None = field(default=None, metadata=about(content=True))
    """First sighting in the news feed; null for an article that no feed led to."""
    near_duplicate_of: str | None = field(default=None, metadata=about(ID, content=True))
    """Id of an earlier published article with nearly the same text."""
    similarity: float | None = field(default=None, metadata=about(SHARE, content=True))
    """Share of three-word sequences that the two texts have in common, estimated, 0 to 1."""
    changes: list[str] = field(default_factory=list)
    """For `revised`: fields that changed."""
    change_kind: ChangeKind | None = None
    """For `revised`: whether the text changed, or only what is around it."""
    silent: bool | None = None
    """For `revised`: changed without an `updated` label."""
    retracts: list[int] = field(default_factory=list, metadata=about(FROM_ONE))
    """For `retracted`: revisions taken back."""
    reason: str | None = field(default=None, metadata=about(NOT_EMPTY))
    """For `removed`, `retracted`, `erased`: why."""
    text_digest: str | None = field(default=None, metadata=about(DIGEST, content=True))
    """Digest of headline, description and body."""
    record_digest: str | None = field(default=None, metadata=about(DIGEST, content=True))
    """Digest of the same and of authors, section, date_published, image addresses and captions."""
    extractor_version: str = field(default=EXTRACTOR_VERSION, metadata=about(EXTRACTOR))
    """Version of the extraction rules."""
    provenance: list[Provenance] = field(default_factory=list, metadata=about(content=True))
    """Where the values came from, one entry for each field."""
    evidence: Evidence = field(default_factory=Evidence)
    """The response behind the record."""
    fetched_at: datetime | None = field(default=None, metadata=about(OUR_TIME))
    """When the page was fetched, UTC."""
    emitted_at: datetime | None = field(default=None, metadata=about(OUR_TIME))
    """When the line was written, UTC."""
    run_id: str | None = field(default=None, metadata=about(RUN_ID))
    """The run that wrote it."""


CONTENT = names(Article, is_content)
"""What a page says: empty in events that no page led to."""
WITHHELD = names(Article, is_withheld)
"""What is left out of an article whose text is reserved."""
TEXTS = tuple(name for name, digest in digested(Article) if digest.of == "text")
"""Fields of which a change counts as one of the text; monitors watch their length."""
DIGESTED = tuple(name for field, digest in digested(Article) for name in (field, digest.otherwise) if name)
"""Fields that digests are made from."""


def article_digests(item: Article) -> identity.Digests:
    """Return the digests of an article, as its fields say; labels, tags and date_modified are in none."""
    return digests(item)
