"""What a hostile or broken site could put into a page that is otherwise right."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

Trick = Literal[
    "deep", "attributes", "long_feed", "surrogates", "links", "traversal", "future", "itself", "cut_body", "other_year"
]

_BODY = b'<div class="news-content">'
_REST = re.compile(rb'(<div class="news-content">.*?</p>).*?(?=\n</div>\n</section>)', re.DOTALL)
_TAPE = b'<div id="js-newsTapeContent">'
_DEPTH = 10_000
_ENTRIES = 100_000
_ATTRIBUTES = 100_000
_MEGABYTE = 1 << 20
_OWN_ADDRESS = re.compile(rb'<link rel="canonical" href="([^"]*)"')
_PUBLISHED = re.compile(rb'("datePublished":\s*")[^"]*')
_AHEAD = timedelta(hours=30)  # by the visitor's clock; beyond two days, the page's printed date is believed
_LINK = re.compile(rb'(<a [^>]*href=")[^"]*')
# As a browser would still follow some of them, and none of them leads to an article.
_LINKS = (
    "file:///etc/passwd",
    "data:text/html,x",
    "javascript:alert(1)",
    "/a\x01b\x7f",
    "http://127.0.0.1:1\r\nX-Injected: 1/",
    "http://10.0.0.1/private",
    "http://[::1/",
    "http://host:99999/",
    "//",
    "/news",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%00",
)


def spoiled_page(page: bytes, trick: Trick) -> bytes:
    """Return a page with one trick in it."""
    return _TRICKS[trick](page)


@lru_cache(maxsize=1)
def gzip_bomb() -> bytes:
    """Return a megabyte of gzip that unpacks to a gigabyte: members one after the other, as the format allows."""
    return gzip.compress(bytes(16 * _MEGABYTE), mtime=0) * 64


def _with_entries(page: bytes, rows: str) -> bytes:
    return page.replace(_TAPE, _TAPE + rows.encode("utf-8"), 1)


def _row(href: str, headline: str) -> str:
    link = f'<a class="news-tape-item_link" href="{href}"></a>'
    return f'<div class="news-tape-item">{link}<p class="ttx">{headline}</p></div>'


def _long_feed(page: bytes) -> bytes:
    return _with_entries(page, "".join(_row(f"/a{number}", "x") for number in range(_ENTRIES)))


def _bad_links(page: bytes) -> bytes:
    return _with_entries(page, "".join(_row(link, "A trap") for link in _LINKS))


def _surrogates(page: bytes) -> bytes:
    marked = page.replace(b"<h1", b"\0<h1", 1).replace(_BODY, _BODY + b"<p>\0&#0;&#xD800; text</p>", 1)
    marked = marked.replace(b'"headline":"', b'"headline":"\\ud800\\u0000', 1)
    # As a browser reads the body's characters: the article is strange, and its two texts are one.
    return marked.replace(b'"articleBody":"', b'"articleBody":"\\ufffd\\ufffd text', 1)


def _ahead(found: re.Match[bytes]) -> bytes:
    return found[1] + (datetime.now(UTC) + _AHEAD).isoformat(timespec="seconds").encode()


def _all_links_to_itself(page: bytes) -> bytes:
    own = _OWN_ADDRESS.search(page)
    return _LINK.sub(lambda found: found[1] + own[1], page) if own else page


_TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "deep": lambda page: page.replace(_BODY, _BODY + b"<blockquote>" * _DEPTH, 1),
    "attributes": lambda page: page.replace(
        _BODY, _BODY + b"<p " + b" ".join(b"a%d" % number for number in range(_ATTRIBUTES)) + b">", 1
    ),
    "long_feed": _long_feed,
    "surrogates": _surrogates,
    "links": _bad_links,
    "itself": _all_links_to_itself,
    "cut_body": lambda page: _REST.sub(rb"\1", page),
    "other_year": lambda page: re.sub(rb'(__author_date__date">[^<]*?)\d{4}', rb"\g<1>2020", page, count=1),
    "future": lambda page: _PUBLISHED.sub(_ahead, page),
    "traversal": lambda page: page.replace(b'data-news_id="', b'data-news_id="../../../tmp/', 1).replace(
        b'data-entity-id="', b'data-entity-id="..%2f..%2f', 1
    ),
}
