"""Data as it stands in the page: packed, harmless to HTML, and never more than its share of the file."""

import base64
import zlib
from typing import Any

import orjson

ESCAPED = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}


def packed(document: Any) -> str:
    """Return a document as deflated JSON in Base64, whose letters mean nothing to HTML."""
    return base64.b64encode(zlib.compress(orjson.dumps(document), 9)).decode()


def script_json(document: Any) -> str:
    r"""Return a document as JSON that may stand in a script element: no letter of it can end the element.

    >>> script_json({"text": "</script>"})
    '{"text":"\\u003c/script\\u003e"}'
    """
    text = orjson.dumps(document)
    for letter, escape in ESCAPED.items():
        text = text.replace(letter, escape)
    return text.decode()


class Shelf:
    """Chunks of things in order, as many as fit into a share of the file; what comes later is left out."""

    def __init__(self, *, room: int, size: int) -> None:
        self.chunks: list[str] = []
        self.kept = 0
        """How many things are in the chunks."""
        self.is_full = False
        self._room, self._size = room, size
        self._waiting: list[Any] = []

    def put(self, thing: Any) -> bool:
        """Take a thing, unless the share is used up; returns whether it was taken for now."""
        if self.is_full:
            return False
        self._waiting.append(thing)
        if len(self._waiting) == self._size:
            self.close()
        return True

    def close(self) -> None:
        """Pack what waits; the last chunk may be a short one. One that does not fit ends the shelf."""
        chunk = packed(self._waiting) if self._waiting else ""
        if len(chunk) > self._room:
            self.is_full = True
        elif chunk:
            self.chunks.append(chunk)
            self.kept += len(self._waiting)
            self._room -= len(chunk)
        self._waiting = []
