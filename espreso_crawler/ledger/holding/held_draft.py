"""A draft that is held back, and its row in the ledger: packed so that another process can decide and write it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from espreso_crawler.identity import Digests
from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision, Draft, Known
from espreso_crawler.ledger.articles.neighbours import Neighbour
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.times import utc_text


@dataclass(slots=True)
class HeldDraft:
    """What goes with a draft while it waits for the verdict over it."""

    draft: Draft
    observation: bytes
    """JSON that the judge gave with the draft; the ledger does not read it."""
    foreseen: Decision
    """What would have been decided when it was made; its row holds the line as that."""
    base: int | None
    """The revision that stood then."""
    names: list[str]
    """Every name the article goes by: see `articles.names`."""
    seq: int | None = None
    """Its row; None while it is only in memory."""
    is_late: bool = False
    """Whether another run made it, or it was in quarantine: the article may have moved on since."""
    is_released: bool = False
    """Whether a person has already said that it may go out."""

    def is_overtaken_by(self, known: Known, draft: Draft) -> bool:
        """Whether the article was looked at again since: then what it says now counts, not this draft."""
        return self.is_late and (known.revision != self.base or known.fetched_at > utc_text(draft.fetched_at))


def packed(kept: HeldDraft, session: Session) -> tuple[str, bytes]:
    """Return a held draft as its row keeps it: all but its body as JSON, and its line as it was foreseen."""
    draft = kept.draft
    content = {
        "entry_url": draft.entry_url,
        "url": draft.url,
        "edition": draft.edition,
        "digests": [draft.digests.text, draft.digests.record, draft.digests.fields],
        "extractor_version": draft.extractor_version,
        "schema_version": draft.schema_version,
        "fetched_at": draft.fetched_at.isoformat(),
        "entity_id": draft.entity_id,
        "urls": list(draft.urls),
        "labels": list(draft.labels),
        "date_published": draft.date_published,
        "text": _packed_text(draft.text),
        "copy_of": draft.copy_of,
        "is_archived": draft.is_archived,
        "links": [link.decode() for link in draft.links],
    }
    return orjson.dumps(content).decode(), session.line(draft.body, kept.foreseen)


def unpacked(row: Any) -> HeldDraft:
    """Return a draft from its row; its line, finished as foreseen, is a body like any other."""
    content = orjson.loads(row["draft"])
    text, record, fields = content.pop("digests")
    neighbour = content.pop("text")
    draft = Draft(
        **content
        | {
            "digests": Digests(text, record, fields),
            "fetched_at": datetime.fromisoformat(content["fetched_at"]),
            "links": [link.encode() for link in content["links"]],
            "text": _unpacked_text(neighbour),
            "body": bytes(row["line"]),
        }
    )
    return HeldDraft(
        draft,
        row["observation"].encode(),
        Decision("event", ""),
        row["base"],
        articles.names(draft.edition, draft.entity_id, draft.addresses()),
        seq=row["seq"],
        is_late=True,
        is_released=row["state"] == "released",
    )


def _packed_text(text: Neighbour | None) -> list[Any] | None:
    if text is None:
        return None
    return [text.id, text.published, text.sketch.hex(), list(text.keys), text.expires]


def _unpacked_text(packed: list[Any] | None) -> Neighbour | None:
    if packed is None:
        return None
    id_, published, sketch, keys, expires = packed
    return Neighbour(id_, published, bytes.fromhex(sketch), tuple(keys), expires)
