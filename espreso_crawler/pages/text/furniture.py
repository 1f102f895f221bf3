"""What stands among a body's blocks and is none of them: by the names of its classes, or a card by its shape."""

import re
from functools import lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from espreso_crawler.processors.text import announces_links, clean

# Table of contents, advertising, sharing, cards, a player's controls, the copies that a slider makes of its ends.
FURNITURE = re.compile(
    r"news-content-list|banner|social-links|news-social-share|similar_by_tag|fb-comments|soc-link"
    r"|(?<!\S)(?:js-)?(?:adv?s?|advert|advertis\w+)(?:[-_]\S*)?(?!\S)|(?<!\S)(?:js-)?read-?_?also\b"
    r"|(?<!\S)vjs-|slick-cloned|swiper-slide-duplicate"
)
CAPTION = re.compile(r"(?<![^\s_-])(?:img-text|caption|figcaption)(?![^\s_-])|(?<!\S)wp-caption-text(?!\S)")
LONGEST_CARD = 1_000
FIRST_NODES = 20
LEAST_LINKED = 0.6
"""Share of a card's words after its label that are links; the others are dates and names."""


@lru_cache(maxsize=1024)
def is_furniture(classes: str) -> bool:
    """Return whether an element of these classes is none of the article."""
    return FURNITURE.search(classes) is not None


@lru_cache(maxsize=1024)
def is_caption(classes: str) -> bool:
    """Return whether an element of these classes says what the picture before it shows.

    >>> is_caption("img-text"), is_caption("slide__caption"), is_caption("captions-off")
    (True, True, False)
    """
    return CAPTION.search(classes) is not None


def is_card(node: LexborNode) -> bool:
    """Return whether a container holds links to other articles and the label that announces them."""
    first = next(filter(None, map(_words, islice(node.traverse(include_text=True), FIRST_NODES))), None)
    if not first or not announces_links(first):
        return False
    links = node.css("a")
    rest = len(_squeezed(node.text())) - len(_squeezed(first))
    linked = sum(len(_squeezed(link.text())) for link in links)
    return bool(links) and rest <= LONGEST_CARD and linked >= LEAST_LINKED * rest


def _words(node: LexborNode) -> str | None:
    return clean(node.text_content) if node.tag == "-text" else None


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())
