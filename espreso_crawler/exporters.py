"""Records as JSON Lines by orjson: the same bytes in sealed files, in ``-O file.jsonl`` and on stdout."""

from io import BytesIO
from typing import Any

import orjson
from scrapy.exporters import BaseItemExporter

from espreso_crawler.items import Article

FORM = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def encode(record: Article | dict[str, Any]) -> bytes:
    """Return a record as one JSON line in UTF-8, fields in the order of `items.py`, without line end.

    Times keep their offset; UTC is written as ``Z``. Raises TypeError for what JSON cannot hold, such as half
    of a surrogate pair.
    """
    return orjson.dumps(record, option=FORM)


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
