"""How each HTML element is shown: the one table behind every text, after the HTML Standard, section "Rendering"."""

import re
from collections.abc import Mapping
from enum import IntEnum, auto

from selectolax.lexbor import LexborNode


class Display(IntEnum):
    """What an element does to the line of text that it stands in."""

    TEXT = auto()
    """A text node."""
    INLINE = auto()
    """Goes on in the line."""
    APART = auto()
    """Goes on in the line, with a space on either side: a cell, an element of the site's own."""
    RAISED = auto()
    """Goes on in the line above or below it: a number in it is no part of the number beside it."""
    BREAK = auto()
    """Ends the line and nothing else."""
    BLOCK = auto()
    """Begins and ends a line."""
    REPLACED = auto()
    """Shows something else than its text: a picture, a frame."""
    DEPENDS = auto()
    """One of the others, by what it says and holds."""
    HIDDEN = auto()
    """Is not shown, or shows no text: scripts, controls."""


# A member of an enumeration is looked up at four times the cost of a name, and each node is asked for several.
TEXT, INLINE, APART, RAISED, BREAK, BLOCK, REPLACED, DEPENDS, HIDDEN = Display


class _Table(dict[str | None, Display]):
    """The table; an element that it does not know is inline, as in a browser, and one of the site's own apart."""

    def __missing__(self, tag: str | None) -> Display:
        return APART if tag and "-" in tag else INLINE


BLOCKS = (
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption footer "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p plaintext pre search "
    "section summary table tbody tfoot thead tr ul xmp"
)
# "Hidden elements" of the standard, and what shows a control, a drawing or a reader without scripts something else.
UNSHOWN = (
    "-comment area base basefont button canvas colgroup datalist head input link meta meter noembed noframes noscript "
    "optgroup option param progress rp select source style svg template textarea title track"
)
INSTEAD = "amp-img amp-youtube audio embed figure iframe img lite-youtube object oembed picture video"
DISPLAY = _Table(
    dict.fromkeys(BLOCKS.split(), BLOCK)
    | dict.fromkeys(UNSHOWN.split(), HIDDEN)
    | dict.fromkeys(INSTEAD.split(), REPLACED)
    | dict.fromkeys(("dialog", "form", "script"), DEPENDS)
    | dict.fromkeys(("td", "th"), APART)
    | dict.fromkeys(("sup", "sub"), RAISED)
    | {"-text": TEXT, "br": BREAK}
)
"""Display of an element by its tag."""

LISTS = frozenset({"ul", "ol", "menu", "dir"})
HEADINGS = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
"""Level of a heading in the record by its tag."""
HOLDS_BLOCK = ", ".join((*BLOCKS.split(), "form", "figure", "td"))
"""Selector of what an inline element must not hold to be part of a line."""

HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
LINE = frozenset({TEXT, INLINE, APART, RAISED, BREAK})
"""What stands in a line of text."""
CONTROLS = "input, button, select, textarea"
LONGEST_FORM = 120


def display(node: LexborNode) -> Display:
    """Return how a node is shown: by its tag, and hidden where its attributes say so."""
    shown = DISPLAY[node.tag]
    if shown is TEXT or shown is BREAK:
        return shown
    attributes = node.attributes
    if attributes and _is_hidden(attributes, shown, node.tag):
        return HIDDEN
    return _depending(node, attributes) if shown is DEPENDS else shown


def _is_hidden(attributes: Mapping[str, str | None], shown: Display, tag: str | None) -> bool:
    """Return whether attributes hide an element.

    What is hidden from screen readers is an icon's name or says a thing again, when it is a piece of text; a container
    is hidden from them for another reason: it is a slide that is not shown at the moment.
    """
    style = attributes.get("style")
    if style and HIDDEN_STYLE.search(style):
        return True
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    return attributes.get("aria-hidden") == "true" and (shown in LINE or tag == "p")


def _depending(node: LexborNode, attributes: Mapping[str, str | None]) -> Display:
    if node.tag == "script":  # Telegram's posts are scripts
        return REPLACED if "data-telegram-post" in attributes else HIDDEN
    is_shown = "open" in attributes if node.tag == "dialog" else not _is_form(node)
    return BLOCK if is_shown else HIDDEN


def _is_form(node: LexborNode) -> bool:
    """Return whether a form is no more than one: a form that is never closed holds the article that follows."""
    return node.css_first(CONTROLS) is not None and len(" ".join(node.text().split())) <= LONGEST_FORM
