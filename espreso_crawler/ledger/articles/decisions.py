"""What becomes of an article that was fetched: created, revised, unchanged …; pure, no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, Protocol

from espreso_crawler.identity import Digests
from espreso_crawler.ledger.articles.neighbours import Neighbour
from espreso_crawler.ledger.times import utc_text

Event = Literal["created", "revised", "removed", "retracted", "reextracted", "erased"]
Outcome = Literal["event", "unchanged", "duplicate", "baseline", "suppressed", "overtaken", "near_copy", "earlier"]
ChangeKind = Literal["text", "metadata"]
State = Literal["live", "removed", "retracted", "erased"]

SHORT = 16
"""Hex digits the ledger keeps of a field's digest: enough to tell a change, a quarter of the room."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the ledger decided about one draft; a line is written only when `event` is set."""

    outcome: Outcome
    id: str
    event: Event | None = None
    revision: int | None = None
    """From 1, without holes; of ``unchanged``, ``duplicate`` and ``baseline`` the revision that stands."""
    changes: list[str] | None = None
    """For ``revised``: the fields whose digest differs, sorted."""
    change_kind: ChangeKind | None = None
    silent: bool | None = None
    """For ``revised``: changed without the label ``updated``."""
    retracts: list[int] | None = None
    reason: str | None = None
    emitted_at: str | None = None
    """UTC, RFC 3339 with ``Z``; goes into the line as it is."""

    def same_as(self, other: "Decision") -> bool:
        """Whether two decisions say the same but for the time."""
        return replace(self, emitted_at=None) == replace(other, emitted_at=None)


@dataclass(frozen=True, slots=True)
class Draft:
    """An article ready to be written, but for what the ledger decides."""

    entry_url: str | None
    """Canonical address of the entry it was fetched for; None when there was none (a re-check)."""
    url: str
    """Canonical address of the article."""
    edition: str
    digests: Digests
    extractor_version: str
    schema_version: str
    fetched_at: datetime
    """Aware."""
    body: bytes
    """The record as JSON, without line end; `Record.finished` makes the line of it, with what was decided."""
    entity_id: str | int | None = None
    urls: Sequence[str] = ()
    """Further canonical addresses of the same article: requested, after redirects, alternates."""
    labels: Sequence[str] = ()
    date_published: str | None = None
    """RFC 3339 with offset."""
    text: Neighbour | None = None
    """What is kept of the text, to know near-copies by."""
    says_nothing_new: bool = False
    """Whether it is here for that alone: its line may be unfinished and unjudged, and is never written."""
    copy_of: str | None = None
    """Id of an article of nearly this text: once that one is in the output, this one is not wanted there."""
    is_archived: bool = False
    """Whether its page was captured at some earlier time and comes out of an archive: what is known may be younger."""
    links: Sequence[bytes] = ()
    """Lines for the ``links`` stream that go out with this one."""

    def addresses(self) -> list[str]:
        """Return every address of the article, its own first, each once."""
        every = (self.url, *((self.entry_url,) if self.entry_url else ()), *self.urls)
        return list(dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class Known:
    """What stands of an article already in the output."""

    key: int = field(repr=False)
    """Its row in the ledger."""
    id: str
    revision: int
    state: State
    url: str
    edition: str
    entity_id: str | None
    text_digest: str | None
    record_digest: str | None
    extractor_version: str
    published_at: str | None
    fetched_at: str
    emitted_at: str
    reissue: Event | None
    """The event under which a line that the output lost is to be written again."""
    fields: dict[str, str]
    """Field digests as the ledger keeps them: `shortened`."""

    @property
    def stands_since(self) -> str:
        """When it was last looked at, or ended: UTC text. What was captured before that is an earlier fact."""
        return self.fetched_at if self.state == "live" else max(self.fetched_at, self.emitted_at)

    def same_as(self, digests: Digests, extractor_version: str) -> bool:
        """Whether an article with these digests is surely unchanged; advisory, `Outbox.emit` decides."""
        return (
            self.state == "live"
            and self.reissue is None
            and self.extractor_version == extractor_version
            and self.text_digest == digests.text
            and self.record_digest == digests.record
        )


class Record(Protocol):
    """How the program that owns the ledger writes its lines; given to it once, by `Ledger.open`."""

    @property
    def SCHEMA_VERSION(self) -> str:  # noqa: N802  # a module's constant
        """Version of the lines' form."""

    def bare(self, known: Known) -> bytes:
        """Return the body of an event that no page led to."""

    def finished(self, body: bytes, decision: Decision, run: str) -> bytes:
        """Return the line, without line end, of a body that was decided about in a run; pure."""


def decide(  # noqa: PLR0911  # a rule each, in their order
    known: Known | None, draft: Draft, *, new_id: str, is_other_entry: bool, now: str
) -> Decision:
    """Decide a draft against what stands.

    `is_other_entry`: its entry's address is not one the article was first written from. `now` becomes
    ``emitted_at``. Digests are compared within one extractor version only.
    """
    if known is None:
        return Decision("event", new_id, "created", 1, emitted_at=now)
    if known.state == "erased":
        return Decision("suppressed", known.id, reason="forgotten")
    if draft.is_archived and utc_text(draft.fetched_at) < known.stands_since:
        return Decision("earlier", known.id, revision=known.revision, reason="an earlier capture")
    if known.reissue:
        return Decision("event", known.id, known.reissue, known.revision, emitted_at=now)
    if known.same_as(draft.digests, draft.extractor_version):
        return Decision("duplicate" if is_other_entry else "unchanged", known.id, revision=known.revision)
    is_comparable = known.extractor_version == draft.extractor_version
    if known.state == "live" and not is_comparable:
        return Decision("baseline", known.id, revision=known.revision)
    return _revised(known, draft, now) if is_comparable else _revised_beyond_compare(known, draft, now)


def shortened(digests: Digests) -> dict[str, str]:
    """Return the field digests as the ledger keeps them."""
    return {name: value.rpartition(":")[2][:SHORT] for name, value in digests.fields.items()}


def _revised(known: Known, draft: Draft, now: str) -> Decision:
    fields = shortened(draft.digests)
    differing = (name for name in known.fields.keys() | fields if known.fields.get(name) != fields.get(name))
    # An unchanged article that comes back after it was taken back is new in all its fields to those who read the lines.
    changes = sorted(differing) or sorted(fields)
    return Decision(
        "event",
        known.id,
        "revised",
        known.revision + 1,
        changes=changes,
        change_kind="metadata" if known.text_digest == draft.digests.text else "text",
        silent="updated" not in draft.labels,
        emitted_at=now,
    )


def _revised_beyond_compare(known: Known, draft: Draft, now: str) -> Decision:
    """Decide an article that is back from removal, met by another extractor: every field may differ."""
    return Decision(
        "event",
        known.id,
        "revised",
        known.revision + 1,
        changes=sorted(draft.digests.fields),
        change_kind="text",
        silent="updated" not in draft.labels,
        emitted_at=now,
    )
