"""The record as bytes, and the one place where a line is finished: what an article says, and what the ledger decided.

The ledger is given this module when it is opened (`espreso_crawler.ledger.Record`).
"""

from datetime import datetime
from typing import Any

import msgspec
import orjson

from espreso_crawler.items import SCHEMA_VERSION, Article
from espreso_crawler.ledger import Decision, Known

__all__ = ["FORM", "SCHEMA_VERSION", "bare", "decided", "encode", "finished"]

FORM = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
# The fields of a line as they stand in it: nothing inside them is read or made again, a quarter of the time.
_DECODER, _ENCODER = msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Encoder()


def encode(record: Article | dict[str, Any]) -> bytes:
    """Return a record as one JSON line in UTF-8, fields in the order of `items.py`, without line end.

    Times keep their offset; UTC is written as ``Z``. Raises TypeError for what JSON cannot hold, such as half
    of a surrogate pair.
    """
    return orjson.dumps(record, option=FORM)


def bare(known: Known) -> bytes:
    """Return the body of an event that no page led to (removed, retracted, erased): identity and times."""
    return encode(
        Article(
            entity_id=known.entity_id,
            url=known.url,
            edition=known.edition,
            date_published=_instant(known.published_at),
            extractor_version=known.extractor_version,
            fetched_at=_instant(known.fetched_at),
        )
    )


def finished(body: bytes, decision: Decision, run: str) -> bytes:
    """Return the line of an article: its `body`, an encoded record, with what the ledger decided about it."""
    return _ENCODER.encode(_DECODER.decode(body) | decided(decision, run))


def decided(decision: Decision, run: str) -> dict[str, Any]:
    """Return the fields of a record that only the ledger can know; ``event`` only when there is one."""
    event = {"event": decision.event} if decision.event else {}
    written = {"emitted_at": decision.emitted_at} if decision.emitted_at else {}
    return {
        **event,
        "id": decision.id,
        "revision": decision.revision,
        "changes": decision.changes or [],
        "change_kind": decision.change_kind,
        "silent": decision.silent,
        **({"retracts": decision.retracts or [], "reason": decision.reason} if decision.event else {}),
        **written,
        "run_id": run,
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
