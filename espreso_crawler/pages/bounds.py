"""How large, how deep and how richly tagged a page may be: beyond that the parser's time grows with the square."""

import re

from espreso_crawler.exceptions import BrokenPage

LARGEST = 1_500_000
"""Bytes; the largest page seen has 0.2 MB, and a page of many small paragraphs takes a second for each MB."""
LARGEST_RENDERED = 8_000_000
"""Bytes of a page out of a browser, which scripts have filled."""
DEEPEST = 4_000
"""Elements inside one another: Lexbor takes 0.15 s for 10,000."""
MOST_ATTRIBUTES = 2_000
"""Of one tag: Lexbor compares each with all before it, 16 s for 100,000."""
HARMLESS = 160_000
"""Bytes in which a page can do no great harm: it is not looked through."""
LONG_TAG = 8_000
"""Bytes of a tag whose attributes are counted."""

# What a tag holds, up to its end or the page's: no byte is read twice, whatever is left open.
TAG = re.compile(rb"""<(/?)([a-zA-Z][^\s/>]{0,20})((?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+)""")
QUOTED = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+')""")
SEPARATOR = re.compile(rb"[\s/]+")
VOID = frozenset(
    (b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"path", b"source",
     b"track", b"wbr")
)  # fmt: skip
RAW = frozenset((b"script", b"style", b"textarea", b"title"))
"""Elements whose content is no markup."""


def require_bounded(body: bytes, name: str, *, is_rendered: bool) -> None:
    """Raise `BrokenPage` for a page that would take seconds to parse."""
    largest = LARGEST_RENDERED if is_rendered else LARGEST
    if len(body) > largest:
        raise BrokenPage(f"{name}: the page has {len(body)} bytes, more than {largest}")
    if len(body) > HARMLESS:
        _require_plain_tags(body, name)


def _require_plain_tags(body: bytes, name: str) -> None:
    at = depth = 0
    while match := TAG.search(body, at):
        at = match.end()
        tag = match[2].lower()
        if len(match[3]) > LONG_TAG and _attributes(match[3]) > MOST_ATTRIBUTES:
            raise BrokenPage(f"{name}: a tag has more than {MOST_ATTRIBUTES} attributes")
        if tag not in VOID:
            depth += -1 if match[1] else 1
        if depth > DEEPEST:
            raise BrokenPage(f"{name}: the page nests deeper than {DEEPEST} elements")
        if tag in RAW and not match[1]:
            end = body.find(b"</" + match[2], at)
            at = end if end >= 0 else len(body)


def _attributes(tag: bytes) -> int:
    return len(SEPARATOR.findall(QUOTED.sub(b"= ", tag)))
