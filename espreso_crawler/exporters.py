"""Records as JSON Lines by orjson: the same bytes in sealed files, in ``-O file.jsonl`` and on stdout."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import orjson
from scrapy.exporters import BaseItemExporter

from espreso_crawler.items import Article
from espreso_crawler.ledger import Decision, Known

FORM = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def encode(record: Article | dict[str, Any]) -> bytes:
    """Return a record as one JSON line in UTF-8, fields in the order of `items.py`, without line end.

    Times keep their offset; UTC is written as ``Z``. Raises TypeError for what JSON cannot hold, such as half
    of a surrogate pair.
    """
    return orjson.dumps(record, option=FORM)


def end_line(run_id: str) -> Callable[[Known, Decision], bytes]:
    """Return the encoder of a run's lines without content (removed, retracted, erased): identity, times, reason."""

    def line(known: Known, decision: Decision) -> bytes:
        article = Article(
            event=decision.event or "retracted",
            id=decision.id,
            entity_id=known.entity_id,
            revision=decision.revision,
            url=known.url,
            edition=known.edition,
            date_published=_instant(known.published_at),
            retracts=decision.retracts or [],
            reason=decision.reason,
            extractor_version=known.extractor_version,
            fetched_at=_instant(known.fetched_at),
            emitted_at=_instant(decision.emitted_at),
            run_id=run_id,
        )
        return encode(article)

    return line


class OrjsonLinesItemExporter(BaseItemExporter):
    """Writes each item as a JSON line and flushes it, so that the other end of a pipe sees it at once.

    For ``FEED_EXPORTERS``. It honours ``fields`` of a feed; ``encoding`` and ``indent`` mean nothing here.
    """

    def __init__(self, file: BytesIO, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file = file

    def export_item(self, item: Any) -> None:
        """Write one item: an `Article`, or anything that itemadapter reads."""
        is_whole = self.fields_to_export is None and isinstance(item, Article)
        line = encode(item if is_whole else dict(self.get_serialized_fields(item)))
        self.file.write(line + b"\n")
        self.file.flush()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
