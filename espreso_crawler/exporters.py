"""Records as copies (``-o``, ``-O``, ``FEEDS``): JSON Lines with the bytes of the sealed files, CSV, XML."""

import re
from io import BytesIO
from typing import Any

import orjson
from scrapy.exporters import BaseItemExporter, CsvItemExporter, XmlItemExporter

from espreso_crawler.items import Article
from espreso_crawler.record import encode

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write (section 2.2)."""


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


class JsonCellsCsvItemExporter(CsvItemExporter):
    """Writes lists and objects as JSON in their cells, times in ISO 8601, and true or false in lower case."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """Return what stands in a cell; empty for null."""
        return _cell(_plain(value))


class RecordXmlItemExporter(XmlItemExporter):
    """Writes every part of a record as an element, times in ISO 8601, without what XML cannot hold."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """Return a value of texts, lists and objects only."""
        return _texts(_plain(value))


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return orjson.loads(encode({"value": value}))["value"]


def _cell(value: Any) -> Any:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_texts(part) for part in value]
    return NOT_XML.sub("", str(_cell(value)))
