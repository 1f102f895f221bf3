"""Text in the one form in which patterns are compared, each character where it stood."""

import re
from collections.abc import Sequence

APOSTROPHES = "\u2019\u02bc\u2018\u0060\u00b4\u2032\uff07"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u201f\u275d\u275e"
SPACES = "\u00a0\u2007\u202f\u2009\u2002\u2003\u2008\u200a\u3000\t"
SAME = {
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys(HYPHENS, "-"),
    **dict.fromkeys(QUOTES, '"'),
    **dict.fromkeys(SPACES, " "),
    "ё": "е",
    "Ё": "Е",
}
"""Character -> the one it counts as. str.replace for those that occur is five times faster than str.translate."""
UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u0301"
"""Soft hyphen, zero-width characters, direction marks, and the acute that marks stress."""
TO_DROP = re.compile(rf"[{UNSEEN}]|(?<= ) +")


def folded(text: str) -> tuple[str, Sequence[int] | None]:
    r"""Return the folded text, and for each place in it the place in `text`; None when they are the same.

    >>> folded("«Шахед»\u00a0– 2")[0]
    '"Шахед" - 2'
    """
    for character, same in SAME.items():
        if character in text:
            text = text.replace(character, same)
    if "  " not in text and not any(character in text for character in UNSEEN):
        return text, None
    kept = [True] * len(text)
    for match in TO_DROP.finditer(text):
        kept[match.start() : match.end()] = [False] * len(match[0])
    places = [place for place, is_kept in enumerate(kept) if is_kept]
    return "".join(text[place] for place in places), [*places, len(text)]


def lowered(text: str) -> str:
    """Return the text in lower case, character by character: `str.lower` makes two of a few.

    >>> len(lowered("İzmir")) == len("İzmir")
    True
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)
