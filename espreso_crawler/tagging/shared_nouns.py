"""Names that share one noun: in "Donetsk and Zaporizhzhia regions" both are regions."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from espreso_crawler.vocabularies import vocabulary

CYRILLIC_END = re.compile("[а-яіїєґ]$")
WORD = r"[^\W\d_][\w'-]*"
NEXT_WORD = re.compile(rf" ({WORD})")
REACH = 60
"""Characters before a name in which the one before it begins."""


def shared(
    text: str, start: int, end: int, id_of: Callable[[str], str | None]
) -> Iterator[tuple[tuple[int, int, str], int]]:
    """Yield ((start, end, id), length with the noun) of the names before one that has a shared noun.

    `text` is folded, ``text[start:end]`` the name, with the noun or before it; `id_of` says which concept a
    phrase begins with that reaches to its noun or over it.
    """
    name, noun = _name_and_noun(text, start, end)
    if not noun:
        return
    place = start
    while one := _one_before(text, place, name, noun, id_of):
        match, found = one
        place = match.start("word")
        end = match.end("word")
        yield (place, end, found), end - place + 1 + len(noun)


def _name_and_noun(text: str, start: int, end: int) -> tuple[str, str]:
    name, _, noun = text[start:end].rpartition(" ")
    if noun in shared_nouns():
        return name, noun
    following = NEXT_WORD.match(text, end)
    return text[start:end], following[1] if following and following[1] in shared_nouns() else ""


def _one_before(
    text: str, place: int, name: str, noun: str, id_of: Callable[[str], str | None]
) -> tuple[re.Match[str], str] | None:
    for before in _before():
        match = before.search(text, max(0, place - REACH), place)
        if match is None:
            return None
        word = match["word"]
        agrees = not CYRILLIC_END.search(word) or word[-1] == name[-1]
        if agrees and (found := id_of(f"{word} {noun}")):
            return match, found
    return None


@cache
def shared_nouns() -> frozenset[str]:
    """Return the nouns of ``shared_nouns.toml``."""
    return frozenset(vocabulary("shared_nouns")["nouns"])


@cache
def _before() -> tuple[re.Pattern[str], ...]:
    """Return what stands before a name, with one word for the other name and with two."""
    words = "|".join(vocabulary("shared_nouns")["conjunctions"])
    joint = rf"(?:,? (?:{words}) |, )$"
    return tuple(re.compile(rf"(?<![\w'-])(?P<word>{name}){joint}") for name in (WORD, f"{WORD} {WORD}"))
