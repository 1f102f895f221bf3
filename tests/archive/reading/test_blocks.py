"""HTTP answers in archives: heads as servers wrote them, bodies packed as they were sent or already unpacked."""

import gzip
import sys
import zlib
from functools import partial

import brotli
import pytest

from espreso_crawler.archive.reading import blocks
from espreso_crawler.archive.reading.blocks import body_of, head_of
from espreso_crawler.exceptions import UnreadableArchive

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

packed = partial(gzip.compress, mtime=0)  # ids of tests are made from it
PAGE = b"<html><body>Words of a page, some of them more than once, words.</body></html>" * 20
RAW = zlib.compressobj(wbits=-15)
BARE = RAW.compress(PAGE) + RAW.flush()
CHUNKED = b"10;name=value\r\n" + PAGE[:16] + b"\r\n%x\r\n" % len(PAGE[16:]) + PAGE[16:] + b"\r\n0\r\n\r\n"


def answer(body: bytes, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body


def body(block: bytes) -> bytes:
    head = head_of(block)
    assert head
    return body_of(block, head)


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        (PAGE, {}),
        (packed(PAGE), {"Content_Encoding": "gzip"}),
        (packed(PAGE[:100]) + packed(PAGE[100:]), {"Content_Encoding": "GZIP"}),
        (packed(PAGE) + b"\0\0\0", {"content_encoding": "x-gzip"}),
        (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
        (BARE, {"Content_Encoding": "deflate"}),
        (brotli.compress(PAGE), {"Content_Encoding": "br"}),
        (zstd.compress(PAGE), {"Content_Encoding": "zstd"}),
        (packed(packed(PAGE)), {"Content_Encoding": "gzip, gzip"}),
        (CHUNKED, {"Transfer_Encoding": "chunked"}),
        # As Common Crawl keeps them: undone, with the headers that were sent.
        (PAGE, {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
        (PAGE, {"Content_Encoding": "br"}),
        (PAGE, {"Content_Encoding": "deflate"}),
        (PAGE, {"Content_Encoding": "zstd"}),
        (PAGE, {"Content_Encoding": "identity"}),
    ],
)
def test_a_body_is_unpacked_as_far_as_it_is_packed(sent, headers):
    assert body(answer(sent, **headers)) == PAGE


@pytest.mark.parametrize(
    ("sent", "coding", "why"),
    [
        (packed(PAGE)[:-20], "gzip", "cut"),
        (brotli.compress(PAGE)[:-20], "br", "cut"),
        (zstd.compress(PAGE)[:-20], "zstd", "cut"),
        (b"\x1f\x8b\x08" + b"x" * 50, "gzip", "cannot be unpacked|cut"),
        (b"x" * 50, "br", "cannot be unpacked"),
        (PAGE, "compress", "packed as 'compress', which cannot be undone"),
    ],
)
def test_a_body_that_cannot_be_unpacked_says_why(sent, coding, why):
    with pytest.raises(UnreadableArchive, match=why):
        body(answer(sent, Content_Encoding=coding))


@pytest.mark.parametrize("pack", [packed, zlib.compress, brotli.compress, zstd.compress])
def test_no_body_unpacks_without_end(pack, monkeypatch):
    monkeypatch.setattr(blocks, "LARGEST_BODY", 100_000)
    coding = {packed: "gzip", zlib.compress: "deflate", brotli.compress: "br"}.get(pack, "zstd")
    with pytest.raises(UnreadableArchive, match="unpacks to more than 100000 bytes"):
        body(answer(pack(bytes(1_000_000)), Content_Encoding=coding))


def test_chunks_that_are_cut_are_told():
    with pytest.raises(UnreadableArchive, match="in chunks, and cut"):
        body(answer(CHUNKED[:-40], Transfer_Encoding="chunked"))


def test_a_head_is_read_as_servers_write_it():
    block = b"HTTP/1.0 404 Not Found\nX-Robots-Tag: a\n  b\nContent-Type: Text/HTML; charset=windows-1251\nx-robots-tag:c\n\nbody"
    head = head_of(block)
    assert head and (head.status, head.media_type, head.all("x-robots-tag")) == (404, "text/html", ["a b", "c"])
    assert body_of(block, head) == b"body"


@pytest.mark.parametrize("block", [b"", b"HTTP/1.1 200 OK\r\nA: b", b"HTTP/1.1 OK\r\n\r\n", b"<html>\r\n\r\n"])
def test_what_is_no_answer_has_no_head(block):
    assert head_of(block) is None
