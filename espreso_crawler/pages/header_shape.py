"""An article's header whose class names are unknown: what stands near the h1, told by shape and confirmed by words.

Each finder gives nothing rather than a guess: a label is a word of the vocabulary, an author a name that JSON-LD
gives, a date the only one there, a caption a line beside a credit, a picture one that the metadata names.
"""

import re
from collections.abc import Collection, Iterator

from selectolax.lexbor import LexborNode

from espreso_crawler.pages.text import line_of
from espreso_crawler.processors import dates, text
from espreso_crawler.processors.names import names as names_in

FOREIGN = "nav, aside, form, h1 ~ h1"
MOST_LINKS = 12
"""In a header: an author, a rubric, ways to share. More of them are a list of articles."""
LONGEST_LINE = 60
"""Characters of a printed date with its time."""
CREDIT = re.compile(r"\W*(?:фото|photos?|світлина|ілюстрація|иллюстрация|illustration)(?:\s*:|\s+by\b)", re.IGNORECASE)
LINES_UNDER_A_PICTURE = ("p", "span", "div", "figcaption", "small")


def header_around(h1: LexborNode | None, body: LexborNode | None) -> LexborNode | None:
    """Return the largest element around the headline that ends before the body; None when it is no header."""
    if h1 is None or body is None:
        return None
    around_body = {node.mem_id for node in _with_ancestors(body)}
    header = h1
    while header.parent is not None and header.parent.mem_id not in around_body:
        header = header.parent
    is_alone = header.mem_id == h1.mem_id or header.mem_id in around_body
    if is_alone or len(header.css("h1")) > 1 or header.css_first(FOREIGN) or len(header.css("a")) > MOST_LINKS:
        return None
    return header


def labels(header: LexborNode, h1: LexborNode) -> list[str]:
    """Return printed labels that stand before the headline and that the vocabulary knows."""
    found = []
    for leaf in _leaves(header):
        if leaf.mem_id == h1.mem_id:
            break
        printed = line_of(leaf)
        if leaf.tag != "a" and printed and text.is_known_label(text.label(printed) or ""):
            found.append(printed)
    return found


def authors(header: LexborNode, names: Collection[str]) -> list[LexborNode]:
    """Return the links with the names of authors that JSON-LD gives; none when one of them has no link."""
    links = {name: link for link in header.css("a[href]") for name in names_in(line_of(link))}
    return [links[name] for name in names] if names and links.keys() >= set(names) else []


def date_line(header: LexborNode) -> str | None:
    """Return the day and time printed in a header, as one line; None when there is not exactly one day with a time."""
    lines = [line for leaf in _leaves(header) if (line := line_of(leaf)) and len(line) <= LONGEST_LINE]
    days = [line for line in lines if dates.printed_day(line)]
    clocks = [line for line in lines if dates.TIME.search(line)]
    if len(days) != 1 or len(clocks) != 1:
        return None
    return days[0] if days == clocks else f"{days[0]} {clocks[0]}"


def lines_under_picture(header: LexborNode) -> list[str | None]:
    """Return the lines beside a picture's credit, with it; none without a credit."""
    for leaf in _leaves(header):
        if leaf.tag in LINES_UNDER_A_PICTURE and CREDIT.match(line_of(leaf) or ""):
            box = leaf.parent
            beside = [node for node in box.iter() if node.tag == leaf.tag] if box is not None else [leaf]
            return [line_of(node) for node in beside]
    return []


def _leaves(header: LexborNode) -> Iterator[LexborNode]:
    """Yield elements that hold text and no element but inline ones."""
    for node in header.traverse():
        if node.tag != "-text" and all(child.tag in ("b", "strong", "i", "em", "br") for child in node.iter()):
            yield node


def _with_ancestors(node: LexborNode) -> Iterator[LexborNode]:
    up: LexborNode | None = node
    while up is not None:
        yield up
        up = up.parent
