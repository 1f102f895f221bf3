"""XML lists as the site publishes them, read without trust: bytes in, one flat row an element out."""

import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from html.entities import html5
from io import BytesIO
from itertools import islice

from lxml import etree

from espreso_crawler.exceptions import BrokenPage, LayoutError

GZIP = b"\x1f\x8b"
GZIP_WINDOW = 31  # zlib's largest window, with a gzip header
MOST_BYTES = 50 * 1024 * 1024
"""Bytes of a list, unpacked: the bound of the sitemap protocol (sitemaps.org, "Sitemap file limits")."""
MOST_ROWS = 50_000
"""The protocol's other bound."""
LONGEST_TEXT = 4_000
MOST_TEXTS = 200
"""Pieces of one text, between the elements in it."""
# What may stand before the root element. Atomic, so that it takes one pass over any bytes.
PROLOG = re.compile(rb"(?>\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
# A document type with what it declares between brackets.
DOCTYPE = re.compile(
    rb"""<!doctype(?>[^\[>"']+|"[^"]*"|'[^']*')*+(?:\[(?>[^\]"']+|"[^"]*"|'[^']*')*+\]\s*)?>""", re.IGNORECASE
)
ENTITY = re.compile(rb"&([a-zA-Z][a-zA-Z0-9]{1,30});")
XML_ENTITIES = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
NESTED = "news"
"""The element whose children belong to the row: Google's ``news:news``."""


@dataclass(slots=True)
class Rows:
    """A list's rows, in document order."""

    root: str
    """Local name of the root element."""
    rows: list[dict[str, str]] = field(default_factory=list)
    """Texts by local name, under ``element`` the row's own name; the first of a name wins."""
    is_whole: bool = True
    """False when it was cut, had broken places, or went beyond the bounds: the rows are what could be read."""


def rows(body: bytes, *, url: str, elements: Collection[str], roots: Collection[str]) -> Rows:
    """Return the rows of a list: the elements of these names; ``url`` names the list in errors.

    Gzip is unpacked. Nothing is loaded or expanded: a document type, the only way to entities, is taken off, and HTML's
    own entities, such as ``&nbsp;``, are read without one.

    Raises `BrokenPage` when the bytes are no XML, `LayoutError` when it is XML of another kind, such as a page.
    """
    text, is_whole = _unpacked(body, url)
    if not text or text.isspace():
        raise BrokenPage(f"{url}: the body is empty")
    start = PROLOG.match(text)
    rest = text[start.end() if start else 0 :][:100].lower()
    if rest.startswith((b"<!doctype html", b"<html")):
        raise LayoutError(f"{url}: an HTML page where a list in XML should be")
    if rest.startswith(b"<!"):
        found_type = DOCTYPE.match(text, start.end() if start else 0)
        if not found_type:
            raise BrokenPage(f"{url}: a document type that does not end")
        text = text[: found_type.start()] + text[found_type.end() :]
    try:
        found = _read(ENTITY.sub(_as_number, text) if b"&" in text else text, elements)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenPage(f"{url}: no XML: {str(error)[:100]}") from error
    if not found.root:
        raise BrokenPage(f"{url}: no XML")
    if found.root not in roots:
        raise LayoutError(f"{url}: a list of another kind: <{found.root[:40]}>, not {' or '.join(sorted(roots))}")
    found.is_whole = found.is_whole and is_whole
    if not found.is_whole and not text.rstrip().endswith(b">"):
        found.rows = found.rows[:-1]  # cut within a text: half an address is another address
    return found


def _unpacked(body: bytes, url: str) -> tuple[bytes, bool]:
    """Return a body without its gzip, and whether that is all of it; never more than the bound is unpacked."""
    if not body.startswith(GZIP):
        return body[:MOST_BYTES], len(body) <= MOST_BYTES
    text, rest = b"", body
    while rest.startswith(GZIP) and len(text) < MOST_BYTES:  # a file may have several members (RFC 1952, section 2.2)
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        try:
            text += unpacker.decompress(rest, MOST_BYTES - len(text))
        except zlib.error as error:
            if text:
                return text, False
            raise BrokenPage(f"{url}: broken gzip: {error}") from error
        if not unpacker.eof:
            return text, False
        rest = unpacker.unused_data
    return text, not rest.startswith(GZIP)


def _as_number(found: re.Match[bytes]) -> bytes:
    """Return an entity of HTML as numbers, which need no declaration; of another name, as it stands."""
    if found[1] in XML_ENTITIES:
        return found[0]
    letters = html5.get(f"{found[1].decode()};", "")
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() or found[0]


def _read(text: bytes, elements: Collection[str]) -> Rows:
    # Without `huge_tree` libxml2 bounds depth and the size of a text; `recover` reads on after a stray ampersand.
    parser = etree.iterparse(
        BytesIO(text),
        events=("end",),
        tag=[f"{{*}}{name}" for name in elements],
        recover=True,
        huge_tree=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    found = Rows("")
    try:
        for _, element in parser:
            found.root = found.root or _local_name(element.getroottree().getroot())
            if len(found.rows) >= MOST_ROWS:
                found.is_whole = False
                break
            found.rows.append(_row(element))
            _let_go(element)
        found.root = found.root or _local_name(parser.root)
    except ValueError:  # a name that is none, or is no text: libxml2 reads over it, lxml does not
        if not found.root:
            raise
        found.is_whole = False
    found.is_whole = found.is_whole and not parser.error_log.filter_from_errors()
    return found


def _local_name(element: etree._Element | None) -> str:
    """Return an element's name without its namespace; nothing for the root that broken XML does not have."""
    return "" if element is None else etree.QName(element).localname


def _row(element: etree._Element) -> dict[str, str]:
    name = etree.QName(element)
    row = {"element": name.localname}
    for child in element.iterchildren("*"):
        child_name = etree.QName(child)
        if child_name.namespace == name.namespace:
            _keep(row, child_name.localname, child)
        elif child_name.localname == NESTED:
            for part in child.iterchildren("*"):
                _keep(row, etree.QName(part).localname, part)
    return row


def _keep(row: dict[str, str], name: str, element: etree._Element) -> None:
    # With the text of elements inside: a title may hold markup.
    text = "".join(islice(map(str, element.itertext()), MOST_TEXTS))[:LONGEST_TEXT].strip()
    if text:
        row.setdefault(name, text)


def _let_go(element: etree._Element) -> None:
    """Free a row that was read, and what stands before it, so that memory does not grow with the list."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
