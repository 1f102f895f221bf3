"""A fetched page, parsed once: bytes, address and capture time in; tree, head and JSON-LD out. No field's meaning."""

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode
from w3lib.encoding import read_bom

from espreso_crawler.exceptions import BrokenPage
from espreso_crawler.identity import CANONICAL
from espreso_crawler.pages.bounds import require_bounded
from espreso_crawler.pages.metadata import Metadata
from espreso_crawler.pages.structured import NewsArticle, OfPage, news_article

MARKUP = re.compile(rb"<(?:!doctype|html|head|body|meta|title|div|p)\b", re.IGNORECASE)
END_OF_PAGE = (b"</html", b"</body", b"</HTML", b"</BODY")
REPLACEMENT = "\ufffd"
TAIL_BYTES = 4096
LONGEST_ADDRESS = 2_048
SPACE = re.compile(r"\s")
NEWLINE = re.compile(r"[\t\n\r]")  # a browser drops them inside an address too (URL Standard, "basic URL parser")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# What a page of this site may be in. Python knows more, and some of those take minutes for a megabyte.
CHARSETS = frozenset(
    (
        "utf-8",
        "cp1251",
        "cp1252",
        "cp866",
        "koi8-r",
        "koi8-u",
        "iso8859-1",
        "iso8859-5",
        "mac-cyrillic",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le",
        "utf-32-be",
    )
)


@dataclass(slots=True)
class Page:
    """One capture of one page."""

    url: str
    """Address of the response, absolute."""
    fetched_at: datetime
    """When it was fetched, UTC."""
    body: bytes
    """The decoded body as received."""
    tree: LexborHTMLParser
    http_status: int | None = None
    decode_emails: bool = False
    """Whether addresses that Cloudflare hides are written out."""
    is_rendered: bool = False
    """Whether it comes out of a browser."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the answer that speak of its use and time, by name in lower case; a line each time one came."""
    metadata: Metadata = field(default_factory=Metadata)
    meta: dict[str, str] = field(default_factory=dict)
    """The first value of each name of `metadata`, plus ``lang`` and ``title``."""
    jsonld: NewsArticle | None = None
    kept_at: tuple[str, int] | tuple[()] = ()
    """File of the archive and byte in it; empty for a page that does not come out of one."""

    @classmethod
    def read(
        cls,
        body: bytes,
        *,
        url: str | None,
        fetched_at: datetime,
        charset: str | None = None,
        http_status: int | None = None,
        decode_emails: bool = False,
        is_rendered: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> "Page":
        """Parse a page; ``charset`` is what the response's header declares, if it does.

        A saved page without ``url`` is what its head says it is. Raises `BrokenPage` when the bytes are empty, cut
        short, or in no charset that fits them, and when no address is known.
        """
        name = url or "saved page"
        if not body or body.isspace():
            raise BrokenPage(f"{name}: the body is empty")
        require_bounded(body, name, is_rendered=is_rendered)
        text = _as_utf8(body, charset, name)
        _require_whole(text, name)
        # Scripting on, as in a browser: a noscript in the head then does not close the head.
        tree = LexborHTMLParser(text, scripting=True)
        known = {header.lower(): value for header, value in (headers or {}).items()}
        page = cls(url or "", fetched_at, body, tree, http_status, decode_emails, is_rendered, known)
        page.metadata = Metadata.of(tree)
        page.meta = {**page.metadata.first(), **_language_and_title(tree)}
        page.url = url or page.meta.get("canonical") or page.meta.get("og:url") or ""
        if not page.absolute(page.url):
            raise BrokenPage(f"{name}: the page does not name its own address: give its url")
        page.jsonld = news_article(page.metadata.jsonld, page._own_names())
        return page

    def _own_names(self) -> OfPage:
        meta = self.meta
        addresses = (meta.get("canonical"), meta.get("og:url"))
        return OfPage(self.url, addresses, (meta.get("og:title"), meta.get("title")))

    @property
    def root(self) -> LexborNode:
        """The root element; the parser makes one whatever it is given."""
        root = self.tree.root
        if root is None:
            raise BrokenPage(f"{self.url}: the page has no root element")
        return root

    def require_readable(self, *texts: str | None) -> None:
        """Raise `BrokenPage` when a text taken from the page shows that its bytes are not the UTF-8 they claim to be.

        Looking at the texts costs a hundredth of decoding the whole page beforehand.
        """
        if any(text and REPLACEMENT in text for text in texts):
            _as_utf8(self.body, None, self.url, is_examined=True)

    def absolute(self, href: str | None) -> str | None:
        """Return an http(s) address made absolute against this page; None for any other kind of link."""
        if not href or CANONICAL.fullmatch(href):
            return href or None
        href = NEWLINE.sub("", href.strip())
        try:
            if not href.startswith(("http://", "https://")):
                href = urljoin(self.url, href)
            parts = urlsplit(href)
            has_host = bool(parts.hostname) and parts.port != 0
        except ValueError:  # no address at all, such as an open bracket for a host, or a port that is no number
            return None
        if len(href) > LONGEST_ADDRESS or CONTROL.search(href):
            return None
        href = SPACE.sub(lambda space: quote(space[0]), href)
        return href if has_host and href.startswith(("http://", "https://")) else None


def _as_utf8(body: bytes, charset: str | None, name: str, *, is_examined: bool = False) -> bytes:
    """Return a body as UTF-8, without byte-order mark. The mark decides, then the bytes, then what is declared.

    Bytes that are declared as UTF-8 are taken for it unless ``is_examined``.
    """
    marked, mark = read_bom(body)
    if mark:
        body = body[len(mark) :]
    declared = marked or charset or _declared_charset(body)
    if not is_examined and _is_utf8_name(declared):
        return body
    for name_of_charset in (marked,) if marked else ("utf-8", declared):
        with suppress(ValueError, LookupError):  # UnicodeError is a ValueError, and so is what a NUL in a name gives
            found = codecs.lookup(name_of_charset).name
            if found in CHARSETS:
                return body if found == "utf-8" and body.decode() else body.decode(found).encode()
    raise BrokenPage(f"{name}: the bytes are neither UTF-8 nor {declared[:40]!r}")


def _is_utf8_name(charset: str) -> bool:
    return charset.replace("-", "").casefold() == "utf8"


def _declared_charset(body: bytes) -> str:
    """Return the charset a page declares in its first 1024 bytes, as the HTML Standard reads it."""
    _, found, rest = body[:1024].lower().partition(b"charset=")
    name = rest.lstrip(b"\"' ").split(b'"')[0].split(b"'")[0].split(b">")[0].strip(b"/; ") if found else b""
    return name.decode("ascii", "replace") or "utf-8"


def _require_whole(body: bytes, url: str) -> None:
    tail = body[-TAIL_BYTES:]
    if not any(end in tail for end in END_OF_PAGE):
        if not MARKUP.search(body):
            raise BrokenPage(f"{url}: no HTML page: there is no markup in its {len(body)} bytes")
        raise BrokenPage(f"{url}: the page is cut short: its last {len(tail)} bytes close neither body nor html")


def _language_and_title(tree: LexborHTMLParser) -> dict[str, str]:
    title = tree.css_first("title")
    language = tree.root.attributes.get("lang") if tree.root else None
    return {"lang": language or "", "title": title.text() if title else ""}
