"""The page's ``NewsArticle`` in JSON-LD, read into plain fields; its known traps are mended here, nothing is judged."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from espreso_crawler.processors.text import unescaped


@dataclass(slots=True)
class NewsArticle:
    """What the JSON-LD says of an article; entities resolved, white space as it stood."""

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


def news_article(blocks: Iterable[str]) -> NewsArticle | None:
    """Return the first article among a page's JSON-LD blocks, None if there is none; what is no JSON is skipped."""
    for block in blocks:
        if "Article" not in block:
            continue
        for node in _objects(_loaded(block)):
            if _is_article(node):
                return _read(node)
    return None


def _loaded(block: str) -> Any:
    try:
        return orjson.loads(block)
    except orjson.JSONDecodeError:
        pass
    try:  # the standard library accepts raw control characters inside strings, which templates let through
        loaded = json.loads(block, strict=False)
        # It accepts lone surrogates too, which are no text and cannot be written.
        return json.loads(json.dumps(loaded, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _objects(loaded: Any) -> Iterator[dict[str, Any]]:
    for node in loaded if isinstance(loaded, list) else [loaded]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            yield from (part for part in graph if isinstance(part, dict)) if isinstance(graph, list) else ()


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(isinstance(kind, str) and kind.endswith("Article") for kind in _list(types))


def _read(node: dict[str, Any]) -> NewsArticle:
    page = node.get("mainEntityOfPage")
    return NewsArticle(
        headline=_text(node.get("headline")),
        description=_text(node.get("description")),
        section=_text(next(iter(_list(node.get("articleSection"))), None)),
        body=_text(node.get("articleBody")),
        published=_text(node.get("datePublished")),
        modified=_text(node.get("dateModified")),
        url=_text(page.get("@id") if isinstance(page, dict) else page),
        authors=list(_authors(node.get("author"))),
        keywords=list(_keywords(node.get("keywords"))),
        images=[url for url in map(_image, _list(node.get("image"))) if url],
    )


def _authors(value: Any) -> Iterator[tuple[str, str | None]]:
    for author in _list(value):
        name = _text(author.get("name") if isinstance(author, dict) else author)
        if name:
            yield name, _text(author.get("url")) if isinstance(author, dict) else None


def _keywords(value: Any) -> Iterator[str]:
    for text in _list(value):
        yield from (_text(text) or "").split(",")


def _image(value: Any) -> str | None:
    return _text(value.get("url") if isinstance(value, dict) else value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str | None:
    return unescaped(value) if isinstance(value, str) and value.strip() else None
