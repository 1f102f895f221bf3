"""The block of a response record: an HTTP head, and a body as it was sent; unpacked within bounds."""

import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple

import brotli

from espreso_crawler.exceptions import UnreadableArchive

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # Scrapy brings it, as it brings brotli

inflating: Any = zlib
with suppress(ModuleNotFoundError):  # of the extra: a page is unpacked in two fifths of the time
    inflating = import_module("isal.isal_zlib")

LARGEST_BODY = 32 << 20
"""Bytes that a body may unpack to: far above a page, far below what fills a memory."""
DEFLATE, ANY_ZLIB = -zlib.MAX_WBITS, zlib.MAX_WBITS | 32
CHUNK_LINE = 1024


class Head(NamedTuple):
    """The head of an HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    """Names in lower case."""
    size: int
    """Bytes, with the empty line behind it."""

    def get(self, name: str) -> str | None:
        """Return the last value of a header."""
        return next((value for each, value in reversed(self.headers) if each == name), None)

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for each, value in self.headers if each == name]

    @property
    def media_type(self) -> str:
        """The type that the answer declares, in lower case, without parameters."""
        return (self.get("content-type") or "").partition(";")[0].strip().lower()


def head_of(block: bytes) -> Head | None:
    """Return the HTTP head that a block begins with; None when there is none, or when it does not end."""
    if not block.startswith(b"HTTP/"):
        return None
    end, gap = _end(block)
    first, *lines = block[:end].decode("latin-1").replace("\r\n", "\n").split("\n")
    words = first.split(None, 2)
    if end < 0 or len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004  # version, status
        return None
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:  # goes on from the line above, as old servers wrote it
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        name, _, value = line.partition(":")
        headers.append((name.strip().lower(), value.strip()))
    return Head(int(words[1]), headers, end + gap)


def body_of(block: bytes, head: Head) -> bytes:
    """Return the body behind a head, its transfer and content codings undone where they are still there.

    Common Crawl undoes them and leaves some headers; then the bytes show that there is nothing to undo. Raises
    `UnreadableArchive` for a coding that is unknown or broken, and for a body that unpacks to more than `LARGEST_BODY`.
    """
    body = block[head.size :]
    if "chunked" in _codings(head, "transfer-encoding"):
        body = _joined(body)
    for coding in reversed(_codings(head, "content-encoding")):
        undo = DECODERS.get(coding)
        if undo is None:
            raise UnreadableArchive(f"the body is packed as {coding!r}, which cannot be undone")
        body = undo(body)
    return body


def _end(block: bytes) -> tuple[int, int]:
    """Return where the lines of a head end, and how long the empty line behind them is; -1 when there is none."""
    ends = [(at, len(gap)) for gap in (b"\r\n\r\n", b"\n\n") if (at := block.find(gap)) >= 0]
    return min(ends, default=(-1, 0))


def _codings(head: Head, name: str) -> list[str]:
    words = ",".join(head.all(name)).lower().split(",")
    return [word.strip() for word in words if word.strip() not in ("", "identity")]


def _joined(body: bytes) -> bytes:
    """Return the parts of a chunked body in one; a body that is not in chunks any more as it is."""
    parts, at = list[bytes](), 0
    while True:
        end = body.find(b"\r\n", at, at + CHUNK_LINE)
        try:
            size = int(body[at:end].partition(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0 or end + 2 + size > len(body):
            if not parts:
                return body
            raise UnreadableArchive("the body is in chunks, and cut")
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2


def _gunzipped(body: bytes) -> bytes:
    return _inflated(body, ANY_ZLIB) if body[:2] == b"\x1f\x8b" else body


def _undeflated(body: bytes) -> bytes:
    """Undo ``deflate``, in its own frame or, as some servers send it, without; what looks like HTML is not packed."""
    if body.lstrip()[:1] in (b"<", b"{", b""):
        return body
    has_frame = body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950, 2.2
    return _inflated(body, ANY_ZLIB if has_frame else DEFLATE)


def _inflated(body: bytes, bits: int) -> bytes:
    parts, total = list[bytes](), 0
    while body:
        inflater = inflating.decompressobj(wbits=bits)
        try:
            found = inflater.decompress(body, LARGEST_BODY + 1 - total)
        except inflating.error as error:
            if parts:  # rubbish behind the packed bytes, as some servers send it
                break
            raise UnreadableArchive(f"the body cannot be unpacked: {error}") from error
        total += len(found)
        _require_bounded(total)
        parts.append(found)
        if not inflater.eof:
            raise UnreadableArchive("the packed body is cut")
        body = inflater.unused_data
    return b"".join(parts)


def _unbrotlied(body: bytes) -> bytes:
    if body.lstrip()[:1] == b"<":
        return body
    decoder = brotli.Decompressor()
    try:
        found = decoder.process(body, output_buffer_limit=LARGEST_BODY + 1)
        while not decoder.is_finished() and len(found) <= LARGEST_BODY:
            more = decoder.process(b"", output_buffer_limit=LARGEST_BODY + 1 - len(found))
            if not more and decoder.can_accept_more_data():
                raise UnreadableArchive("the packed body is cut")
            found += more
    except brotli.error as error:
        raise UnreadableArchive(f"the body cannot be unpacked: {error}") from error
    _require_bounded(len(found))
    return bytes(found)


def _unzstded(body: bytes) -> bytes:
    if body[:4] != b"\x28\xb5\x2f\xfd":
        return body
    decoder = zstd.ZstdDecompressor()
    try:
        found = decoder.decompress(body, LARGEST_BODY + 1)
    except zstd.ZstdError as error:
        raise UnreadableArchive(f"the body cannot be unpacked: {error}") from error
    _require_bounded(len(found))
    if not decoder.eof:
        raise UnreadableArchive("the packed body is cut")
    return bytes(found)


def _require_bounded(size: int) -> None:
    if size > LARGEST_BODY:
        raise UnreadableArchive(f"the body unpacks to more than {LARGEST_BODY} bytes")


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _undeflated,
    "br": _unbrotlied,
    "zstd": _unzstded,
}
