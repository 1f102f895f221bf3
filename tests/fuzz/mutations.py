"""Mutations of bytes: small damage anywhere, pieces moved and repeated, words that parsers react to."""

import random

WORDS = (
    b"<", b">", b'"', b"'", b"&", b"&#0;", b"&#xD800;", b"&amp;amp;", b"\0", b"\r\n", b"\xa0", b"\xc2\xa0", b"\xff", b"\xed\xa0\x80",
    b"</div>", b"<div>", b"<p>", b"</p>", b"<br>", b"<a href=", b"</a>", b"<blockquote>", b"<figure>", b"<ul><li>", b"<table><tr>",
    b"<iframe src=//x>", b"<script>", b"</script>", b"<!--", b"-->", b"<![CDATA[", b"<h1>", b"<template>", b"<noscript>", b"<svg>",
    b"</html>", b"</body>", b"</head>", b"<base href=//e/>", b"http://[::1/", b"http://a:99999/", b"//", b"javascript:", b"data:,", b"../../",
    b"%00", b"%2e%2e", b"0", b"-1", b"99999999999999999999", b"1e999", b"2024-02-30T25:61:00+99:99", b"00:00", b"24:60", b"31 February",
    b"29 \xd0\xbb\xd1\x8e\xd1\x82\xd0\xbe\xd0\xb3\xd0\xbe, 2025", b"{", b"}", b"[", b"]", b"\\ud800", b"\\u0000", b"null", b"true",
    b"NewsArticle", b"@graph", b"data-news_id=", b"class=", b"charset=utf-7", b"charset=punycode", b"charset=cp1251",
    b"<?xml version='1.0'?>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"<urlset>", b"<item>", b"<loc>", b"User-agent: *", b"Disallow: *$",
    b"\\", b"\\'", b"(", b"&nbsp;", b"]]>", b"\xef\xbb\xbf", b"\x1f\x8b", b"EEST", b"+99:99", b"LiveBlogPosting", b'"@id": "#a"', b"<meta name=robots content=none>",
    b"Crawl-delay: 1e308", b"Crawl-delay: nan", "\u202e\u0301".encode(), "\U0001f600".encode(), "Читайте також:".encode(),
)  # fmt: skip
MOST_MUTATIONS = 8
MOST_REPEATS = 2_000
LONGEST_PIECE = 2_000
LARGEST = 400_000


def mutated(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return one to eight mutations of an input, spliced with others at times; the same for the same chance."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, MOST_MUTATIONS)):
        chance.choice(MUTATIONS)(data, others, chance)
        del data[LARGEST:]
    return bytes(data)


def _place(data: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + int(chance.expovariate(1 / 60)))


def _flip(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 20)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    del data[start:end]


def _insert(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    start, _ = _place(data, chance)
    data[start:start] = chance.choice(WORDS)


def _overwrite(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    data[start:end] = chance.choice(WORDS)


def _repeat(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    start, end = _place(data, chance)
    piece = chance.choice((bytes(data[start:end]), chance.choice(WORDS)))
    data[start:start] = piece * chance.choice((2, 3, 20, MOST_REPEATS))


def _splice(data: bytearray, others: list[bytes], chance: random.Random) -> None:
    other = chance.choice(others)
    at, start = chance.randint(0, len(data)), chance.randint(0, len(other))
    data[at:at] = other[start : start + chance.randint(1, LONGEST_PIECE)]


def _truncate(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    end = chance.choice((b"</html>", b"", b"</urlset>"))
    del data[chance.randint(0, len(data)) :]
    data += end


def _attribute(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    """Change what stands between two quotes: an address, a class, a date."""
    start = data.find(b'"', chance.randint(0, len(data)))
    end = data.find(b'"', start + 1)
    if 0 <= start < end:
        data[start + 1 : end] = chance.choice((b"", chance.choice(WORDS), bytes(data[start + 1 : end][::-1])))


def _text(data: bytearray, _others: list[bytes], chance: random.Random) -> None:
    """Change what stands between two tags."""
    start = data.find(b">", chance.randint(0, len(data)))
    end = data.find(b"<", start + 1)
    if 0 <= start < end:
        data[start + 1 : end] = b" ".join(chance.choices(WORDS, k=chance.randint(0, 3)))


MUTATIONS = (
    _flip,
    _cut,
    _insert,
    _insert,
    _overwrite,
    _repeat,
    _splice,
    _truncate,
    _attribute,
    _attribute,
    _text,
    _text,
)
