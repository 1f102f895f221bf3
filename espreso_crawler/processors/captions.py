"""What stands under a picture: the caption apart from the credit; pure functions."""

import re
from collections import deque
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from espreso_crawler.processors.agencies import is_agency
from espreso_crawler.processors.text import value
from espreso_crawler.vocabularies import vocabulary

# Before a word that begins a credit: nothing, or a mark that ends what the caption says.
AT_BORDER = r"(?:(?<=[.!?;,|/(—–\-:»”\"])\s*|^\W*)"
LONGEST_CREDIT = 150
MOST_MAKERS = 2
SHARED = re.compile(r"\s*[/|,;&+]\s*|\s+-\s+|\s+(?:via|and|та|і)\s+")
"""What stands between several makers of one picture."""


class Caption(NamedTuple):
    """A picture's caption and credit."""

    caption: str | None
    credit: str | None


def caption_and_credit(lines: Iterable[str | None]) -> Caption:
    """Return caption and credit of the lines under a picture, in whatever order they stand.

    >>> caption_and_credit(["Town hall of Vyhadane", "фото: відкриті джерела"])
    Caption(caption='Town hall of Vyhadane', credit='відкриті джерела')
    >>> caption_and_credit(["A cheap energy source: wind. Photo: Press office"])
    Caption(caption='A cheap energy source: wind.', credit='Press office')
    """
    captions: list[str] = []
    makers: list[str] = []
    for line in filter(None, map(value, lines)):
        caption, made_by = _parted(line)
        makers += made_by
        if caption:
            captions.append(caption)
    return Caption(" ".join(captions) or None, "; ".join(filter(None, makers)) or None)


def is_credit(line: str | None) -> bool:
    """Return whether a line of the text is nothing but the credit of the picture above it.

    >>> is_credit("Фото: пресслужба мерії"), is_credit("Джерело: пресслужба мерії")
    (True, False)
    """
    if not line or len(line) > LONGEST_CREDIT or "\n" in line:
        return False
    return _picture_word().match(line) is not None


@lru_cache(maxsize=1024)  # the same credits come every day
def _parted(line: str) -> tuple[str, tuple[str, ...]]:
    """Return what a line says, and who it says made the picture: the last word of credit counts, then those before."""
    if _is_maker(line):
        return "", (line,)
    makers: list[str] = []
    while found := deque(_credits().finditer(line), maxlen=1):
        makers.insert(0, _without_half_a_bracket(line[found[0].end() :].strip()))
        line = line[: found[0].start()].rstrip(" (,;|/–—-")
    return line, tuple(makers)


def _is_maker(line: str) -> bool:
    """Return whether a line without a word of credit is one all the same: it names nobody but agencies."""
    if len(line) > LONGEST_CREDIT:
        return False
    parts = SHARED.split(line.strip(" .()"))
    known = [part.casefold() in _makers() or is_agency(part) for part in parts]
    # A photographer beside the agency is named by a slash: `Іван Зразок / Getty Images`.
    return all(known) or ("/" in line and len(parts) <= MOST_MAKERS and any(known))


def _without_half_a_bracket(maker: str) -> str:
    """Return a credit without the bracket that closes what the caption opened."""
    return maker.removesuffix(")").rstrip() if maker.count(")") > maker.count("(") else maker


@cache
def _words() -> dict[str, Any]:
    return vocabulary("credits")


@cache
def _credits() -> re.Pattern[str]:
    words = _words()
    outside = "".join(rf"(?<!\b{word} )" for word in words["caption"])
    picture, other, phrases = ("|".join(words[name]) for name in ("picture", "other", "phrases"))
    return re.compile(
        rf"{outside}(?:\b(?:{picture})\s*:\s*|(?:\b|(?=[©(]))(?:{phrases})|{AT_BORDER}(?:{other})\s*:\s*)",
        re.IGNORECASE,
    )


@cache
def _picture_word() -> re.Pattern[str]:
    return re.compile(rf"\(?(?:{'|'.join(_words()['picture'])})\s*:\s*\S", re.IGNORECASE)


@cache
def _makers() -> frozenset[str]:
    return frozenset(map(str.casefold, _words()["makers"]))
