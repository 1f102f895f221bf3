"""The work of processes that read archived pages again: a record in, what differs out."""

import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from espreso_crawler import identity
from espreso_crawler.archive import layout
from espreso_crawler.archive.reading.records import Files, Loaded
from espreso_crawler.archive.reading.work import served
from espreso_crawler.exceptions import PageError, UnreadableArchive
from espreso_crawler.items import WITHHELD, Article, FeedSighting
from espreso_crawler.pages import article_with_digests
from espreso_crawler.pages.opt_outs import RESERVED
from espreso_crawler.pipelines.withhold import withhold
from espreso_crawler.record import encode
from espreso_crawler.reextraction.comparing import Change, changes
from espreso_crawler.schema.validator import problems
from espreso_crawler.tagging import Tagger

OF_TAGGER = frozenset({"tags", "cited_agencies", "is_sponsored"})
"""Fields that follow from the others, by vocabularies and rules."""
NULL, EMPTY = b"null", (b"null", b"[]")
_FIELDS, _ENCODER = msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Encoder()


class Settings(NamedTuple):
    """What a crawl would be set to."""

    archive: Path
    tagger: Tagger
    decodes_emails: bool
    withholds: bool
    """Whether reserved texts are left out of records; what was left out of one stays so anyway."""
    is_to_emit: bool
    """Whether lines are wanted of what differs."""


class Known(msgspec.Struct):
    """What a record says of itself and its page."""

    id: str
    revision: int
    url: str
    headline: str | None
    extractor_version: str
    fetched_at: datetime | None
    evidence: "Where"
    feed: FeedSighting | None
    labels: list[str]
    opt_outs: list[str]
    near_duplicate_of: str | None
    similarity: float | None
    vocabulary_version: str | None
    emitted_at: datetime
    run_id: str


class Where(msgspec.Struct):
    """Where the page of a record is."""

    payload_sha256: str | None
    warc_file: str | None
    warc_offset: int | None


class Draft(msgspec.Struct):
    """What a line is made of."""

    body: msgspec.Raw
    digests: identity.Digests
    extractor_version: str
    fetched_at: datetime
    edition: str
    url: str
    entity_id: str | None
    date_published: str | None


class Outcome(msgspec.Struct, omit_defaults=True):
    """What became of one record."""

    id: str = ""
    revision: int = 0
    url: str = ""
    headline: str | None = None
    extractor_version: str = ""
    """That wrote it."""
    changes: list[Change] = []
    missing: bool = False
    """Whether its page is in no archive."""
    error: str | None = None
    """Why its page cannot be read now."""
    size: int = 0
    """Bytes of its page, unpacked."""
    draft: Draft | None = None


SHOWN = 80
"""Bytes of a wrong line that are told."""
_KNOWN, _OUTCOME = msgspec.json.Decoder(Known), msgspec.json.Decoder(Outcome)


class ReextractionWork:
    """Reading again; a `Work`. A question is a record as its line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files = Files()
        self._paths: dict[str, Path | None] = {}

    def __reduce__(self) -> tuple[type, tuple[Settings]]:
        """Leave open files behind."""
        return type(self), (self._settings,)

    def answer(self, question: bytes) -> bytes:
        """Read the page of a record again, and compare."""
        outcome = Outcome()
        try:
            known = _KNOWN.decode(question)
            outcome = Outcome(known.id, known.revision, known.url, known.headline, known.extractor_version)
            loaded = self._loaded(known)
            if loaded is None:
                outcome.missing = True
            else:
                outcome.size = len(loaded.body)
                self._compare(question, known, loaded, outcome)
        except (PageError, UnreadableArchive, OSError) as error:
            outcome.error = str(error)
        except msgspec.DecodeError as error:
            outcome.error = f"a line of the output is no record: {error}: {question[:SHOWN]!r}"
        except Exception:  # noqa: BLE001  # a bug, and this page's alone
            outcome.error = traceback.format_exc()
        return _ENCODER.encode(outcome)

    def decoded(self, answer: bytes) -> Outcome:
        """Return an outcome."""
        return _OUTCOME.decode(answer)

    def failed(self, question: bytes, error: str, bug: str | None = None) -> Outcome:
        """Return the outcome of a record on whose page workers ended."""
        try:
            known = _KNOWN.decode(question)
        except msgspec.DecodeError:
            return Outcome(error=bug or error)
        return Outcome(known.id, known.revision, known.url, error=bug or f"{_place(known)}: {error}")

    def _loaded(self, known: Known) -> Loaded | None:
        where = known.evidence
        if where.warc_file is None or where.warc_offset is None:
            return None
        name = where.warc_file
        if self._paths.get(name) is None:
            self._paths[name] = layout.find(self._settings.archive, name)
        path = self._paths[name]
        if path is None:
            return None
        # The digest of the page, which the record has, proves the bytes; a second one would cost a tenth more.
        loaded = self._files.alone(str(path), where.warc_offset, _place(known))
        # The answer came a little before it was read. A page that has a record was in its bounds, whatever built it.
        return loaded._replace(at=known.fetched_at or loaded.at, is_rendered=True)

    def _compare(self, line: bytes, known: Known, loaded: Loaded, outcome: Outcome) -> None:
        before = _FIELDS.decode(line)
        page = served(loaded, decode_emails=self._settings.decodes_emails).page(loaded.body)
        item, digests = article_with_digests(page, known.feed, _label(known, before))
        if item.evidence.payload_sha256 != known.evidence.payload_sha256:
            raise UnreadableArchive(f"{_place(known)}: this is not the page of {known.id}")
        if RESERVED in known.opt_outs and RESERVED not in item.opt_outs:
            item.opt_outs.append(RESERVED)  # by the site's file, which no page has
        if RESERVED in item.opt_outs and (self._settings.withholds or _was_withheld(known, before)):
            withhold(item)
        item.near_duplicate_of, item.similarity = known.near_duplicate_of, known.similarity
        found = changes(before, _FIELDS.decode(encode(item)), OF_TAGGER)
        rules = (item.extractor_version, self._settings.tagger.version)
        if found or rules != (known.extractor_version, known.vocabulary_version):  # else its tags cannot differ
            self._settings.tagger.tag(item)
            found = changes(before, _FIELDS.decode(encode(item)))
        outcome.changes = found
        if outcome.changes and self._settings.is_to_emit:
            outcome.draft = _draft(item, digests, known)


def _place(known: Known) -> str:
    return f"{known.evidence.warc_file}, byte {known.evidence.warc_offset}"


def _was_withheld(known: Known, before: Mapping[str, msgspec.Raw]) -> bool:
    """Return whether a record came without its text: then it was reserved, and a page cannot take that back."""
    return RESERVED in known.opt_outs and all(bytes(before.get(name, NULL)) in EMPTY for name in WITHHELD)


def _label(known: Known, before: Mapping[str, msgspec.Raw]) -> str | None:
    """Return the label that the article's entry had when its page was read, as far as the record tells."""
    if known.feed is None:
        return None
    lines = msgspec.json.decode(before["provenance"], type=list[dict[str, Any]])
    said = next((line for line in lines if line["field"] == "labels"), None)
    if said is None:
        return known.feed.label
    if said["source"] == "feed" or (said["agrees"] and known.feed.label is None):
        return known.labels[0] if known.labels else None
    other = next((each["raw"] for each in said["others"] if each["source"] == "feed"), None)
    return other or known.feed.label


def _draft(item: Article, digests: identity.Digests, known: Known) -> Draft:
    """Return what a line is made of. Raises `PageError` when it would break the schema."""
    item.event, item.id, item.revision = "reextracted", known.id, known.revision + 1
    item.run_id, item.emitted_at = known.run_id, known.emitted_at  # so that the record is whole; the ledger sets them
    item.evidence.warc_file, item.evidence.warc_offset = known.evidence.warc_file, known.evidence.warc_offset
    body = encode(item)
    if found := problems(body):
        raise PageError(f"{item.url}: {'; '.join(map(str, found))}")
    assert item.fetched_at is not None  # noqa: S101  # every page has it
    return Draft(
        body=msgspec.Raw(body),
        digests=digests,
        extractor_version=item.extractor_version,
        fetched_at=item.fetched_at,
        edition=item.edition or "",
        url=item.url or "",
        entity_id=item.entity_id,
        date_published=item.date_published.isoformat() if item.date_published else None,
    )
