"""What stands under a picture: the caption apart from the credit; pure functions."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from espreso_crawler.processors.text import clean

# Such as `фото: відкриті джерела`, `A bridge. Photo: Press office` and `(photo by A. B.)`.
CREDIT = re.compile(
    r"\b(?:фото|photos?|світлина|ілюстрація|иллюстрация|illustration|колаж|коллаж|collage|інфографіка|infographics?"
    r"|скриншот|скріншот|screenshot|відео|video|джерело|источник|source)(?:\s*:\s*|\s+by\s+)",
    re.IGNORECASE,
)


class Caption(NamedTuple):
    """A picture's caption and credit."""

    caption: str | None
    credit: str | None


def caption_and_credit(lines: Iterable[str | None]) -> Caption:
    """Return caption and credit of the lines under a picture, in whatever order they stand.

    >>> caption_and_credit(["Town hall of Vyhadane", "фото: відкриті джерела"])
    Caption(caption='Town hall of Vyhadane', credit='відкриті джерела')
    >>> caption_and_credit(["A bridge. Photo: Press office"])
    Caption(caption='A bridge.', credit='Press office')
    """
    captions: list[str] = []
    makers: list[str] = []
    for printed in filter(None, map(clean, lines)):
        line = printed
        found = CREDIT.search(line)
        if found:
            makers.append(_without_half_a_bracket(line[found.end() :].strip()))
            line = line[: found.start()].rstrip(" (,;|/–—-")
        if line:
            captions.append(line)
    return Caption(" ".join(captions) or None, "; ".join(filter(None, makers)) or None)


def _without_half_a_bracket(maker: str) -> str:
    """Return a credit without the bracket that closes what the caption opened."""
    return maker.removesuffix(")").rstrip() if maker.count(")") > maker.count("(") else maker
