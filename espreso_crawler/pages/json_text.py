"""JSON as templates write it: read exactly where that is possible, else repaired by guessing."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, SupportsIndex

import json_repair
import orjson

LONGEST_REPAIRED = 30_000
"""Characters that are repaired."""
MOST_READS = 600_000
"""Characters that json-repair may look at, again and again, in one text: half a second. It reads the usual broken
block five times over; for some texts its looking ahead grows with the square of their length."""

# What wraps a script's content for old XHTML readers: comment marks, CDATA; and a semicolon after it.
OPENING = re.compile(r"\ufeff?\s*(?:(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)\s*(?:\*/)?\s*)?")
CLOSING = re.compile(r"\s*;?\s*(?:(?://|/\*)?\s*(?:\]\]>|-->)\s*(?:\*/)?)?\s*;?\s*\Z")
LONGEST_CLOSING = 40
# Two groups: an escape that JSON knows, or a backslash that begins none.
ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
# Escapes that a template which escapes for HTML alone never writes.
WRITTEN = re.compile(r"\\(?:/|u[0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a text holds."""

    value: Any
    is_guessed: bool = False
    """Whether it had to be repaired by guessing: a value may then be cut or run into another."""


def loaded(text: str, *, may_guess: bool = True) -> Loaded | None:
    """Return what a JSON text holds; None for none. ``may_guess`` allows to repair what cannot be read exactly."""
    try:
        return Loaded(orjson.loads(text))
    except orjson.JSONDecodeError:
        pass
    text = _unwrapped(text)
    for reading in _readings(text):
        try:  # the standard library accepts control characters inside strings, which templates let through
            return Loaded(_without_surrogates(json.loads(reading, strict=False)))
        except (ValueError, RecursionError):
            continue
    return _repaired(text) if may_guess else None


def _unwrapped(text: str) -> str:
    """Return a text without its wrapping, and with entities resolved when the whole of it was escaped for HTML."""
    start = OPENING.match(text)
    text = text[start.end() if start else 0 :]
    tail = CLOSING.search(text, max(0, len(text.rstrip()) - LONGEST_CLOSING))
    text = text[: tail.start()] if tail else text
    return html.unescape(text) if text[1:].lstrip().startswith(("&quot;", "&#34;", "&#034;")) else text


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it is, then with its backslashes set right.

    A template that escapes for HTML alone prints a text's backslash as it is, at the end of a text too, where it hides
    the closing quote. There each one stands for itself, unless the text has escapes that such a template never writes.
    """
    yield text
    if "\\" not in text:
        return
    if "\\'" in text:  # an escape of JavaScript and PHP, where the apostrophe is meant
        text = text.replace("\\'", "'")
        yield text
    if not WRITTEN.search(text):
        yield text.replace("\\", "\\\\")
    yield ESCAPE.sub(lambda found: found[1] or r"\\", text)


class _Counted(str):
    """A text that ends with a ValueError the reading that looks at too many of its characters."""

    __slots__ = ("reads",)
    reads: Iterator[int]

    @classmethod
    def of(cls, text: str, reads: Iterator[int]) -> "_Counted":
        """Return a text whose characters are counted down by ``reads``."""
        counted = cls(text)
        counted.reads = reads
        return counted

    def __getitem__(self, place: SupportsIndex | slice) -> str:
        if isinstance(place, slice):
            return self.of(super().__getitem__(place), self.reads)
        if next(self.reads, None) is None:
            raise ValueError("too many characters are looked at")
        return super().__getitem__(place)

    def __add__(self, other: str) -> str:
        return self.of(super().__add__(other), self.reads)


def _repaired(text: str) -> Loaded | None:
    if not text.startswith(("{", "[")) or len(text) > LONGEST_REPAIRED:
        return None
    try:
        value = json_repair.loads(_Counted.of(text, iter(range(MOST_READS))), skip_json_loads=True)
        return Loaded(_without_surrogates(value), is_guessed=True)
    except (ValueError, RecursionError):
        return None


def _without_surrogates(value: Any) -> Any:
    """Return a value without lone surrogates, which are no text and cannot be written; `json` lets them through."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
