"""Atom (RFC 4287) for feed readers: an entry an article, newest first; a revision is the same entry, updated."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from lxml import etree

from espreso_crawler.export.job import Job
from espreso_crawler.export.newsroom import urn, version_created
from espreso_crawler.export.source import Row
from espreso_crawler.site import HOME, NAME, TERMS

Json = dict[str, Any]
ATOM = "http://www.w3.org/2005/Atom"
SCHEME = "urn:espreso-crawler:concepts"
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# How the text blocks of a body look in a reader.
MARKUP = {"paragraph": "p", "heading": "h3", "quote": "blockquote"}


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows as one feed; returns how many there were."""
    count = 0
    with etree.xmlfile(job.file, encoding="utf-8") as document:
        document.write_declaration()
        with document.element(_name("feed"), nsmap={None: ATOM}):
            for element in _about():
                document.write(element)
            for row in rows:
                document.write(_entry(row.record))
                count += 1
    return count


def _about() -> Iterator[Any]:
    yield _element("id", urn("feed"))
    yield _element("title", f"{NAME}: articles")
    yield _element("updated", datetime.now(UTC).isoformat(timespec="seconds"))
    yield _element("link", href=HOME)
    yield _element("rights", TERMS)
    yield _author({"name": NAME, "url": HOME})
    yield _element("generator", "espreso_crawler")


def _entry(record: Json) -> Any:
    entry = etree.Element(_name("entry"), nsmap={None: ATOM})
    if record["in_language"]:
        entry.set("{http://www.w3.org/XML/1998/namespace}lang", record["in_language"])
    entry.extend(_parts(record))
    return entry


def _parts(record: Json) -> Iterator[Any]:
    yield _element("id", urn(record["id"]))
    yield _element("title", record["headline"])
    yield _element("link", rel="alternate", type="text/html", href=record["url"])
    yield _element("updated", version_created(record))
    if record["date_published"]:
        yield _element("published", record["date_published"])
    yield from (_author(author) for author in record["authors"])
    for tag in record["tags"]:
        yield _element("category", term=tag["id"], scheme=SCHEME, label=tag["name"])
    if record["description"]:
        yield _element("summary", record["description"])
    if record["blocks"]:
        yield _element("content", "".join(_markup(record["blocks"])), type="html")


def _markup(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        if block["items"]:
            yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block['items'])}</ul>"
        elif block["text"]:
            name = MARKUP.get(block["type"], "p")
            yield f"<{name}>{escape(block['text'])}</{name}>"
        elif block["type"] == "image":
            yield f'<p><img src="{escape(block["url"])}" alt="{escape(block["caption"] or "")}"></p>'
        elif block["url"]:
            yield f'<p><a href="{escape(block["url"])}">{escape(block["url"])}</a></p>'


def _author(author: Json) -> Any:
    person = etree.Element(_name("author"))
    person.append(_element("name", author["name"]))
    if author["url"]:
        person.append(_element("uri", author["url"]))
    return person


def _element(name: str, text: str | None = None, /, **attributes: str) -> Any:
    element = etree.Element(_name(name), attributes)
    element.text = None if text is None else _xml(text)
    return element


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold."""
    return NO_XML.sub("", text)


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"
