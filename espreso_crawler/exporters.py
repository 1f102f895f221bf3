"""Records as JSON Lines by orjson: the same bytes in sealed files, in ``-O file.jsonl`` and on stdout."""

from io import BytesIO
from typing import Any

from scrapy.exporters import BaseItemExporter

from espreso_crawler.items import Article
from espreso_crawler.record import encode


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
