"""WARC records as bytes: an answer of a server becomes three of them, each in a gzip member of its own.

Own code, because a record is a few lines of text before its block, and no library at hand fits: warcio always packs by
level 9, which costs several times as much, and FastWARC does not tell where in the file a record begins.
"""

import json
import uuid
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Headers = tuple[tuple[bytes, bytes], ...]

SECRET = frozenset({b"cookie", b"set-cookie", b"authorization", b"proxy-authorization"})
"""Never written: they would let a reader of the archive act as the crawl."""
REMADE = frozenset({b"transfer-encoding", b"content-length"})
"""The body is kept without the first; so the second is that of the body as it is kept."""
PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REFERS_TO_OFFSET = "WARC-Refers-To-Offset"
"""Where the payload of a revisit is, in bytes of the same file: the standard's own names lead there by an index."""
GZIP = 31
"""For zlib: the largest window, in gzip's frame."""
LEVEL, STORED = 1, 0
compressobj: Any = zlib.compressobj
with suppress(ModuleNotFoundError):  # six times as fast
    compressobj = import_module("isal.isal_zlib").compressobj


class Payload(NamedTuple):
    """Where a file has a payload."""

    record: str
    offset: int
    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, before anything was unpacked."""

    url: str
    at: datetime
    """When it was complete, aware."""
    status: int
    headers: Headers
    body: bytes
    method: str = "GET"
    request_headers: Headers = ()
    is_rendered: bool = False
    """Whether a browser built the document."""
    redirected_from: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else its metadata say."""


class Records(NamedTuple):
    """An answer's records."""

    data: bytes
    """All their members."""
    length: int
    """Of the first member."""
    type: str
    payload_digest: str
    payload: Payload
    """Where the payload is from now on."""


def warcinfo(name: str, at: datetime, about: Mapping[str, str]) -> bytes:
    """Return the member that begins a file."""
    block = "".join(f"{key}: {value}\r\n" for key, value in about.items()).encode()
    fields = [("WARC-Filename", name.rpartition("/")[2]), ("Content-Type", "application/warc-fields")]
    return _member("warcinfo", _new_id(), date_text(at), fields, block)


def records(answer: Answer, offset: int, known: Mapping[str, Payload], about: Mapping[str, str]) -> Records:
    """Return the records of an answer that begin at an offset of a file.

    `known` are the payloads that the file has already, by digest; `about` are the members of every answer's metadata.
    """
    date, id_ = date_text(answer.at), _new_id()
    url = _line(answer.url)
    digest = f"sha256:{sha256(answer.body).hexdigest()}"
    head = _response_head(answer)
    target = [("WARC-Target-URI", url)]
    fields = [*target, ("Content-Type", "application/http;msgtype=response"), ("WARC-Payload-Digest", digest)]
    earlier = known.get(digest) if answer.body else None
    if earlier:
        fields += [
            ("WARC-Profile", PROFILE),
            ("WARC-Refers-To", earlier.record),
            ("WARC-Refers-To-Target-URI", earlier.url),
            ("WARC-Refers-To-Date", earlier.date),
            (REFERS_TO_OFFSET, str(earlier.offset)),
        ]
    type_, block = ("revisit", head) if earlier else ("response", head + answer.body)
    first = _member(type_, id_, date, fields, block, level=_level(answer))
    beside = [*target, ("WARC-Concurrent-To", id_)]
    request = [*beside, ("Content-Type", "application/http;msgtype=request")]
    metadata = [*beside, ("Content-Type", "application/json")]
    told = {
        **about,
        "rendered": answer.is_rendered,
        "redirected_from": answer.redirected_from,
        "headers": "as parsed",
        **answer.extra,
    }
    data = b"".join(
        (
            first,
            _member("request", _new_id(), date, request, _request_block(answer)),
            _member("metadata", _new_id(), date, metadata, json.dumps(told).encode()),
        )
    )
    return Records(data, len(first), type_, digest, earlier or Payload(id_, offset, url, date))


def date_text(moment: datetime) -> str:
    """Return a moment as WARC-Date has it: UTC, whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _member(
    type_: str, id_: str, date: str, fields: Iterable[tuple[str, str]], block: bytes, *, level: int = LEVEL
) -> bytes:
    lines = [
        "WARC/1.1",
        f"WARC-Type: {type_}",
        f"WARC-Record-ID: {id_}",
        f"WARC-Date: {date}",
        *(f"{name}: {value}" for name, value in fields),
        f"WARC-Block-Digest: sha256:{sha256(block).hexdigest()}",
        f"Content-Length: {len(block)}",
    ]
    packer = (compressobj if level else zlib.compressobj)(level, zlib.DEFLATED, GZIP)
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return b"".join((packer.compress(head), packer.compress(block), packer.compress(b"\r\n\r\n"), packer.flush()))


def _level(answer: Answer) -> int:
    """Return how hard to pack: a body that is packed already gets no smaller."""
    return STORED if any(name.lower() == b"content-encoding" for name, _ in answer.headers) else LEVEL


def _response_head(answer: Answer) -> bytes:
    phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    kept = ((name, value) for name, value in answer.headers if name.lower() not in REMADE)
    size = (b"Content-Length", str(len(answer.body)).encode())
    return _head(f"HTTP/1.1 {answer.status} {phrase}".encode(), (*kept, size))


def _request_block(answer: Answer) -> bytes:
    parts = urlsplit(answer.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    has_host = any(name.lower() == b"host" for name, _ in answer.request_headers)
    host = () if has_host else ((b"Host", parts.netloc.encode()),)
    return _head(f"{answer.method} {_line(path)} HTTP/1.1".encode(), (*host, *answer.request_headers))


def _head(first: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    lines = [first, *(name + b": " + b" ".join(value.split()) for name, value in headers if name.lower() not in SECRET)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _line(text: str) -> str:
    return "".join(text.split())


def _new_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"
