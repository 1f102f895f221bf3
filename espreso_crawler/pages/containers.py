"""Where an article's body stands on its page: its containers, and text that a stray end tag put outside of them."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from espreso_crawler.pages.parts import Parts
from espreso_crawler.pages.text import line_of
from espreso_crawler.pages.text.elements import HEADINGS, LISTS, Display, display

# Inside the content.
BODY = "div.news-content"
MOST_CONTAINERS = 50
MOST_STRAYS = 500
MOST_LEVELS = 6
TEXT_TAGS = LISTS | HEADINGS.keys() | {"p", "blockquote", "table", "pre", "figure"}

Piece = LexborNode | list[LexborNode]
"""A container, or nodes of the body that stand outside of any."""


def body_pieces(parts: Parts) -> list[Piece]:
    """Return the pieces of a body in page order; none when no container is known."""
    if parts.content is None or (first := parts.content.css_first(BODY)) is None:
        return []
    containers = _outermost(parts.content.css(BODY)[:MOST_CONTAINERS], parts.content) or [first]
    known = {container.mem_id for container in containers}
    glued = _squeezed(parts.jsonld.body)
    pieces: list[Piece] = []
    for container in containers:
        pieces.append(container)
        strays = [node for node in _after(container, known) if _is_of_body(node, glued)]
        if strays:
            pieces.append(strays)
    if glued:  # an end tag too many closes the content too, and what is around it
        pieces.append([node for node in _beyond(parts.content) if node.tag in TEXT_TAGS and _is_named(node, glued)])
    return [piece for piece in pieces if piece]


def _outermost(containers: list[LexborNode], content: LexborNode) -> list[LexborNode]:
    """Return the containers that stand in no other."""
    if len(containers) == 1:
        return containers
    known = {container.mem_id for container in containers}
    found = []
    for container in containers:
        up = container.parent
        while up is not None and up.mem_id != content.mem_id and up.mem_id not in known:
            up = up.parent
        if up is not None and up.mem_id == content.mem_id:
            found.append(container)
    return found


def _after(node: LexborNode, known: set[int]) -> Iterator[LexborNode]:
    """Yield what follows a node beside it, up to the next container."""
    after = node.next
    for _ in range(MOST_STRAYS):
        if after is None or after.mem_id in known:
            return
        yield after
        after = after.next


def _beyond(content: LexborNode) -> Iterator[LexborNode]:
    """Yield what follows the content beside it and beside what is around it, up to the page's `body`."""
    up: LexborNode | None = content
    for _ in range(MOST_LEVELS):
        if up is None or up.tag == "body":
            return
        yield from _after(up, set())
        up = up.parent


def _is_of_body(node: LexborNode, glued: str) -> bool:
    """Return whether a node beside the container belongs in it: JSON-LD names it; without JSON-LD, it is plain text."""
    shown = display(node)
    if shown is Display.HIDDEN or shown is Display.BREAK:
        return False
    if glued:
        return _is_named(node, glued)
    return shown is Display.TEXT or node.tag in TEXT_TAGS or shown is Display.INLINE


def _is_named(node: LexborNode, glued: str) -> bool:
    text = _squeezed(node.text_content if node.tag == "-text" else line_of(node))
    return bool(text) and text in glued


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())
