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
MOST_MISSES = 10
"""Nodes in a row that are no text: the text went on before them, or not at all."""
TEXT_TAGS = LISTS | HEADINGS.keys() | {"p", "blockquote", "table", "pre", "figure"}

Piece = LexborNode | list[LexborNode]
"""A container, or nodes of the body that stand outside of any."""


def body_pieces(parts: Parts) -> list[Piece]:
    """Return the pieces of a body in page order; none when no container is known."""
    if parts.content is None or not (found := parts.content.css(BODY)):
        return []
    containers = _outermost(found[:MOST_CONTAINERS], parts.content)
    known = {container.mem_id for container in containers}
    glued = _Glued(parts.jsonld.body)
    pieces: list[Piece] = []
    for container in containers:
        pieces += [container, [node for node in _after(container, known) if _is_of_body(node, glued)]]
    # An end tag too many closes the content too, and what is around it.
    pieces.append([node for node in _beyond(parts.content) if glued.names(node)])
    return [piece for piece in pieces if piece]


class _Glued:
    """What JSON-LD has of the body; made ready only when it is asked, which it seldom is."""

    def __init__(self, body: str | None) -> None:
        self.body = body
        self._squeezed: str | None = None

    def names(self, node: LexborNode) -> bool:
        """Return whether it has the text of a node."""
        if self._squeezed is None:
            self._squeezed = _squeezed(self.body)
        text = _squeezed(node.text_content if node.tag == "-text" else line_of(node))
        return bool(text) and text in self._squeezed


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
    """Yield what follows the content, beside it and beside what is around it, and may be text of the body."""
    up: LexborNode | None = content
    for _ in range(MOST_LEVELS):
        if up is None or up.tag == "body":
            return
        after, misses = up.next, 0
        while after is not None and misses < MOST_MISSES:
            misses += 1
            if after.tag in TEXT_TAGS:
                misses = 0
                yield after
            after = after.next
        up = up.parent


def _is_of_body(node: LexborNode, glued: _Glued) -> bool:
    """Return whether a node beside the container belongs in it: JSON-LD names it; without JSON-LD, it is plain text."""
    if node.tag == "-text" and not (node.text_content or "").strip():
        return False
    shown = display(node)
    if shown is Display.HIDDEN or shown is Display.BREAK:
        return False
    if glued.body:
        return glued.names(node)
    return shown is Display.TEXT or node.tag in TEXT_TAGS or shown is Display.INLINE


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())
