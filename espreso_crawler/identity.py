"""The only notion of "the same" page, article and text: canonical URL, edition, article id, digests."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from espreso_crawler import site

CANONICAL = re.compile(r"https?://((?!www\.)[a-z0-9.-]+(?::(?!80/|443/)\d{2,5})?)/[!-\"$->@-~]*[!-\"$-.0->@-~]")


@dataclass(frozen=True, slots=True)
class Digests:
    """What is compared to tell a changed article: one digest a field, and two over fields together."""

    text: str
    record: str
    fields: dict[str, str]


def canonical_url(url: str) -> str:
    """Return the address without query, fragment, ``www.``, default port and trailing slash, host in lower case.

    The site's own ``rel=canonical`` has this form; ``?amp`` copies and tracking parameters fall together by it.

    >>> canonical_url("https://WWW.espreso.tv/news-a/?amp&utm_source=x#top")
    'https://espreso.tv/news-a'
    """
    if CANONICAL.fullmatch(url):  # nearly every address of a feed: taking it apart costs ten times as much
        return url
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    if parts.port and parts.port != default_port:
        host = f"{host}:{parts.port}"
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))


def host_of(url: str) -> str:
    """Return host and explicit port of an address, as `canonical_url` writes them.

    >>> host_of("http://127.0.0.1:8000/news?page=2")
    '127.0.0.1:8000'
    """
    if known := CANONICAL.fullmatch(url):
        return known[1]
    return urlsplit(canonical_url(url)).netloc


def edition_of(url: str) -> str:
    """Return the edition an address belongs to: a known name, else the host without port.

    >>> edition_of("https://global.espreso.tv/news")
    'global'
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return site.EDITION_OF_HOST.get(host, host)


def is_home(url: str) -> bool:
    """Return whether an address is a host's home page.

    >>> is_home("https://espreso.tv/?from=old"), is_home("https://espreso.tv/news")
    (True, False)
    """
    return not slug_of(url)


def slug_of(url: str) -> str:
    """Return the path of an article's address, without the leading slash.

    >>> slug_of("https://espreso.tv/news/2018/05/19/old_slug")
    'news/2018/05/19/old_slug'
    """
    return urlsplit(canonical_url(url)).path.lstrip("/")


def article_id(edition: str, entity_id: str | None, url: str) -> str:
    """Return the id a first sight gives: ``<edition>:<entity id>``, else ``<edition>:<slug>``."""
    return f"{edition}:{entity_id or slug_of(url)}"


def digest(*parts: str | None) -> str:
    """Return ``sha256:`` and the digest of the parts: NFC, white space normalised, joined by NUL."""
    return _sha256("\0".join(_normal(part or "") for part in parts))


def payload_digest(body: bytes) -> str:
    """Return ``sha256:`` and the digest of a response body."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def digests(text: dict[str, str | None], record: dict[str, str | None]) -> Digests:
    """Return the digests of an article from its text fields and its further fields, both by field name."""
    normal = {name: _normal(value or "") for name, value in {**text, **record}.items()}
    return Digests(
        text=_sha256("\0".join(normal[name] for name in text)),
        record=_sha256("\0".join(normal.values())),
        fields={name: _sha256(value) for name, value in normal.items()},
    )


def joined(values: Iterable[str | None]) -> str:
    """Return a list of values as one string for `digests`, so that moved borders change it."""
    return "\x1f".join(value or "" for value in values)


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
