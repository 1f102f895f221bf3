"""The article in a page's structured data (JSON-LD), in any form that schema.org allows, read into plain fields."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from espreso_crawler import identity
from espreso_crawler.pages.json_text import LONGEST_REPAIRED, Loaded, loaded
from espreso_crawler.pages.text import line_of
from espreso_crawler.processors.text import clean, unescaped

Node = dict[str, Any]

POSTINGS = frozenset({"BlogPosting", "LiveBlogPosting", "SocialMediaPosting", "Report"})
"""Kinds of article whose names do not end in Article (https://schema.org/Article, "More specific types")."""
STAND_INS = frozenset({"VideoObject", "AudioObject", "ImageGallery", "MediaGallery", "PodcastEpisode", "TVEpisode"})
"""Kinds that stand for the article on a page that has no other, and that names them as its own."""
KINDS = ("Article", "Posting", "Report", *STAND_INS)
"""Words in a text that may hold an article: no other is looked through, and none repaired."""
LEADING = frozenset({"@graph", "mainEntity", "mainContentOfPage"})
"""Properties that lead to what a page is about; by any other an article is reached that may be another page's."""
PARTS = frozenset({"liveBlogUpdate", "comment", "review", "video", "audio", "associatedMedia"})
"""Properties that lead to parts of an article, which are articles and videos by their kind too."""
CONTAINERS = (dict, list)  # a union would be made for each value
DEEPEST = 12
MOST_NODES = 2_000
SHORTEST_START = 20
"""Characters that two headlines must share before one of them goes on, as a column's with its author's name does."""
BORDER = re.compile("[/#:]")
TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)


@dataclass(slots=True)
class NewsArticle:
    """What the structured data says of an article: text without markup and entities, white space as it stood."""

    headline: str | None = None
    description: str | None = None
    section: str | None = None
    body: str | None = None
    """Without lead, its paragraphs glued together with no separator: for comparison, and as a last resort."""
    published: str | None = None
    modified: str | None = None
    url: str | None = None
    authors: list[tuple[str, str | None]] = field(default_factory=list)
    """Name and address."""
    keywords: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    is_guessed: bool = False
    """Whether its JSON was broken and repaired by guessing: then a text of it may be cut."""


@dataclass(frozen=True, slots=True)
class OfPage:
    """How a page calls itself, by which its article is told from others."""

    url: str
    addresses: tuple[str | None, ...] = ()
    """By which it is known, beside `url`."""
    headlines: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A node of the data."""

    node: Node
    is_leading: bool
    """Whether only properties that lead to what a page is about lead to it."""
    is_guessed: bool


def news_article(blocks: Iterable[str], page: OfPage) -> NewsArticle | None:
    """Return the page's article in its JSON-LD blocks, put together of all that speak of it; None if there is none.

    An article belongs to the page by its address (`mainEntityOfPage`, `url`, `@id`) or, without another page's address,
    by its headline or by being the only one.
    """
    wanted: list[str] = []
    others: list[str] = []
    for block in blocks:
        (wanted if any(map(block.__contains__, KINDS)) else others).append(block)
    found = _found(wanted)
    if not found:
        return None
    whole = _Index(found, others)
    keys = {_key(url, page) for url in {page.url, *page.addresses} if url}
    own = _own(found, whole, page, keys) or _own_stand_ins(found, whole, page, keys)
    if not own:
        return None
    merged: Node = {}
    for each in own:
        for name, value in whole(each.node).items():
            if value or value == 0:
                merged.setdefault(name, value)
    return _read(merged, whole, is_guessed=any(each.is_guessed for each in own))


def _found(blocks: Iterable[str]) -> list[_Found]:
    """Return the nodes of blocks; those that are no JSON are repaired, up to a bound for all of them."""
    found: list[_Found] = []
    to_repair = LONGEST_REPAIRED
    for block in blocks:
        read = loaded(block, may_guess=len(block) <= to_repair)
        if read is None or read.is_guessed:
            to_repair -= len(block)
        if read:
            found += _nodes(read)
    return found


def _nodes(read: Loaded) -> Iterator[_Found]:
    waiting: list[tuple[Any, bool, int]] = [(read.value, True, 0)]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        value, is_leading, depth = waiting.pop()
        inner: list[tuple[Any, bool, int]] = []
        if isinstance(value, dict):
            yield _Found(value, is_leading, read.is_guessed)
            for name, part in value.items():
                if isinstance(part, CONTAINERS) and name not in PARTS:
                    inner.append((part, is_leading and name in LEADING, depth + 1))
        elif isinstance(value, list):
            inner = [(part, is_leading, depth + 1) for part in value if isinstance(part, CONTAINERS)]
        if depth < DEEPEST:
            waiting += reversed(inner)  # the last is looked at first


class _Index:
    """All that is said of each ``@id``, wherever it stands; blocks without an article are read when one is missing."""

    def __init__(self, found: Iterable[_Found], others: list[str]) -> None:
        self._nodes: dict[str, Node] = {}
        self._others = others
        self._add(found)

    def __call__(self, node: Any) -> Any:
        """Return a node with all that is said of it elsewhere; what is no node, as it is."""
        name = node.get("@id") if isinstance(node, dict) else None
        if not isinstance(name, str):
            return node
        if self._others and len(node) == 1 and name not in self._nodes:
            others, self._others = self._others, []
            self._add(_found(others))
        return {**self._nodes.get(name, {}), **node}

    def _add(self, found: Iterable[_Found]) -> None:
        for each in found:
            name = each.node.get("@id")
            if isinstance(name, str) and len(each.node) > 1:
                self._nodes[name] = {**each.node, **self._nodes.get(name, {})}


def _has_kind(node: Node, kinds: frozenset[str], ending: str = "\0") -> bool:
    for kind in _flat(node.get("@type")):
        name = "" if not isinstance(kind, str) else kind if kind.isalnum() else BORDER.split(kind)[-1]
        if name in kinds or name.endswith(ending):
            return True
    return False


def _own(found: list[_Found], whole: "_Index", page: OfPage, keys: set[str | None]) -> list[_Found]:
    """Return the nodes that speak of the page's article, the one that says most first."""
    named: list[_Found] = []
    others: list[tuple[_Found, set[str]]] = []
    for each in found:
        if not _has_kind(each.node, POSTINGS, "Article"):
            continue
        addresses = _addresses(whole(each.node), page)
        if not keys.isdisjoint(addresses):
            named.append(each)
        elif each.is_leading:
            others.append((each, addresses))
    headlines = [*page.headlines, *(each.node.get("headline") for each in named)]
    same = [each for each, _ in others if _is_one_of(plain_text(each.node.get("headline")), headlines)]
    # Without the page's address and headline, only what names no other page can be its article.
    unnamed = [each for each, addresses in others if not addresses]
    own = named + same or (unnamed if len(unnamed) == 1 else [])
    return sorted(own, key=lambda each: (not each.is_leading, -len(whole(each.node))))


def _own_stand_ins(found: list[_Found], whole: "_Index", page: OfPage, keys: set[str | None]) -> list[_Found]:
    stand_ins = [each for each in found if _has_kind(each.node, STAND_INS)]
    return [each for each in stand_ins if not keys.isdisjoint(_addresses(whole(each.node), page))]


def _addresses(node: Node, page: OfPage) -> set[str]:
    """Return the pages' addresses that a node gives itself; the home page is none, nor is a name inside the data."""
    claims = [node.get("@id")]
    for value in (*_flat(node.get("mainEntityOfPage")), *_flat(node.get("url"))):
        claims += [value.get("@id"), value.get("url")] if isinstance(value, dict) else [value]
    given = {claim.strip() for claim in claims if isinstance(claim, str)}
    return {key for claim in given if "/" in claim and claim[0] not in "#_" and (key := _key(claim, page))}


def _key(url: str, page: OfPage) -> str | None:
    """Return an address by which two are compared, whatever their scheme and escapes; None for what is none."""
    if (
        identity.CANONICAL.fullmatch(url) and "%" not in url
    ):  # nearly every one; taking it apart costs ten times as much
        return url.partition("://")[2]
    try:
        url = identity.canonical_url(urljoin(page.url, url.strip()))
        return unquote(url.partition("://")[2]) if urlsplit(url).path.strip("/") else None
    except ValueError:
        return None


def _is_one_of(headline: str | None, others: Iterable[Any]) -> bool:
    ours = (clean(headline) or "").casefold()
    for other in others:
        theirs = (clean(plain_text(other)) or "").casefold()
        is_start = ours.startswith(theirs) or theirs.startswith(ours)
        if ours and (ours == theirs or (is_start and min(len(ours), len(theirs)) >= SHORTEST_START)):
            return True
    return False


def _read(node: Node, whole: _Index, *, is_guessed: bool) -> NewsArticle:
    page = next(_flat(node.get("mainEntityOfPage")), None)
    address = page.get("@id") or page.get("url") if isinstance(page, dict) else page
    return NewsArticle(
        headline=_first(node, "headline", "name"),
        description=_first(node, "description", "abstract"),
        section=_first(node, "articleSection"),
        body=_first(node, "articleBody"),
        published=_first(node, "datePublished", "uploadDate"),
        modified=_first(node, "dateModified"),
        url=address if isinstance(address, str) else _first(node, "url"),
        authors=list(_authors(node.get("author") or node.get("creator"), whole)),
        keywords=[word for value in _flat(node.get("keywords")) for word in (plain_text(value) or "").split(",")],
        images=list(_images(node.get("image"), whole)) or list(_images(node.get("thumbnailUrl"), whole)),
        is_guessed=is_guessed,
    )


def _authors(value: Any, whole: _Index) -> Iterator[tuple[str, str | None]]:
    for author in _flat(value):
        known = whole(author)
        name = plain_text(known)
        if not name and isinstance(known, dict):
            name = " ".join(filter(None, (_first(known, "givenName"), _first(known, "familyName"))))
        if name:
            yield name, _first(known, "url", "sameAs") if isinstance(known, dict) else None


def _images(value: Any, whole: _Index) -> Iterator[str]:
    for image in _flat(value):
        known = whole(image)
        url = _first(known, "url", "contentUrl", "@id") if isinstance(known, dict) else plain_text(known)
        if url:
            yield url


def _first(node: Node, *names: str) -> str | None:
    """Return the first text that a node gives under one of these names."""
    for name in names:
        for value in _flat(node.get(name)):
            if text := plain_text(value):
                return text
    return None


def _flat(value: Any) -> Iterator[Any]:
    """Yield a value, or the values of lists however nested."""
    if isinstance(value, str):
        yield value
        return
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict) and (members := each.get("@list") or each.get("@set")):
            each = members
        if isinstance(each, list):
            waiting += reversed(each)
        elif each is not None:
            yield each


def plain_text(value: Any) -> str | None:
    """Return a value's text, of a node its ``@value`` or name; entities resolved, markup taken out."""
    while isinstance(value, dict):
        value = next(_flat(value.get("@value") or value.get("name")), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    text = unescaped(value)
    root = LexborHTMLParser(text).root if "<" in text and TAG.search(text) else None
    return line_of(root) if root is not None else text
