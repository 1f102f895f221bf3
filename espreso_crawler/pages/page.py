"""A fetched page, parsed once: bytes, address and capture time in; tree, head and JSON-LD out. No field's meaning."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from espreso_crawler.exceptions import BrokenPage
from espreso_crawler.identity import CANONICAL
from espreso_crawler.pages.bounds import require_bounded
from espreso_crawler.pages.jsonld import NewsArticle, news_article

JSON_LD = 'script[type="application/ld+json"]'
END_OF_PAGE = (b"</html", b"</body", b"</HTML", b"</BODY")
REPLACEMENT = "\ufffd"
TAIL_BYTES = 4096
LONGEST_ADDRESS = 2_048
SPACE = re.compile(r"\s")
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# What a page of this site may be in beside UTF-8. Python knows more, and some of those take minutes for a megabyte.
CHARSETS = frozenset(
    ("cp1251", "cp1252", "cp866", "koi8-r", "koi8-u", "iso8859-1", "iso8859-5", "mac-cyrillic", "utf-16")
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
    """Headers of the answer that speak of its use and time, by name in lower case."""
    meta: dict[str, str] = field(default_factory=dict)
    """`meta` contents by name or property, `link` targets by ``rel``, plus ``lang`` and ``title``; the first wins."""
    jsonld: NewsArticle | None = None

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
        _require_whole(body, name)
        declared = charset or _declared_charset(body)
        text = body if _is_utf8_name(declared) else _as_utf8(body, declared, name)
        # Scripting on, as in a browser: a noscript in the head then does not close the head.
        tree = LexborHTMLParser(text, scripting=True)
        page = cls(url or "", fetched_at, body, tree, http_status, decode_emails, is_rendered, headers or {})
        page.meta = _head(page.tree)
        page.jsonld = news_article(node.text() for node in page.tree.css(JSON_LD))
        page.url = url or page.meta.get("canonical") or page.meta.get("og:url") or ""
        if not page.absolute(page.url):
            raise BrokenPage(f"{name}: the page does not say its own address")
        return page

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
            _as_utf8(self.body, "utf-8", self.url)

    def absolute(self, href: str | None) -> str | None:
        """Return an http(s) address made absolute against this page; None for any other kind of link."""
        if not href or CANONICAL.fullmatch(href):
            return href or None
        href = href.strip()
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


def _as_utf8(body: bytes, declared: str, name: str) -> bytes:
    """Return a body as UTF-8: bytes that are UTF-8 are taken for it, whatever is declared."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return body
    try:
        charset = codecs.lookup(declared).name
        if charset in CHARSETS:
            return body.decode(charset).encode("utf-8")
    except (ValueError, LookupError):  # UnicodeError is a ValueError, and so is what a NUL in a name gives
        pass
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
        raise BrokenPage(f"{url}: the page is cut short: its last {len(tail)} bytes close neither body nor html")


def _head(tree: LexborHTMLParser) -> dict[str, str]:
    """Return what the head says; walked by hand, which costs a third of a selector over the whole page."""
    root = tree.root
    found = {"lang": (root.attributes.get("lang") or "") if root else ""}
    node = tree.head.first_child if tree.head else None
    while node is not None:
        name, value = _head_pair(node)
        if name and value:
            found.setdefault(name, value)
        node = node.next
    return found


def _head_pair(node: LexborNode) -> tuple[str | None, str | None]:
    tag = node.tag
    if tag == "meta":
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("id")
        return name, attributes.get("content")
    if tag == "link":
        return node.attributes.get("rel"), node.attributes.get("href")
    return ("title", node.text()) if tag == "title" else (None, None)
