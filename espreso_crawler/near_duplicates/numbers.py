"""Numbers and the words around them: what tells today's item of a daily series from yesterday's."""

import re
from collections.abc import Iterable
from zlib import crc32

WORD = re.compile(r"\w++(?:[.,:]\d++)*+")
DIGIT = re.compile(r"\d")
AROUND = 2
"""Words on either side that say what a number counts."""
MOST = 64
"""Numbers kept of one text."""
PAIR = 8
"""Bytes of a kept number: four for the words around it, four for itself."""


def counted(texts: Iterable[str]) -> bytes:
    """Return the numbers of a text with what they count, as pairs of checksums.

    >>> counted(["The enemy lost 3 tanks"]) == counted(["the enemy lost 3 tanks."])
    True
    """
    pairs: dict[bytes, None] = {}
    for text in filter(DIGIT.search, texts):
        words = WORD.findall(text.casefold())
        told = ["#" if word[0].isdigit() else word for word in words]
        for place, word in enumerate(words):
            if told[place] == "#":
                around = told[max(0, place - AROUND) : place + 1 + AROUND]
                pairs[_checksum(" ".join(around)) + _checksum(word)] = None
        if len(pairs) >= MOST:
            break
    return b"".join(list(pairs)[:MOST])


def disagree(one: bytes, other: bytes) -> bool:
    """Whether two texts count the same thing and come to different numbers.

    >>> disagree(counted(["Russia lost 1130 soldiers"]), counted(["Russia lost 1150 soldiers"]))
    True
    """
    first, second = _by_words(one), _by_words(other)
    return any(first[words].isdisjoint(second[words]) for words in first.keys() & second.keys())


def _by_words(pairs: bytes) -> dict[bytes, set[bytes]]:
    found: dict[bytes, set[bytes]] = {}
    for at in range(0, len(pairs), PAIR):
        found.setdefault(pairs[at : at + 4], set()).add(pairs[at + 4 : at + PAIR])
    return found


def _checksum(text: str) -> bytes:
    return crc32(text.encode("utf-8", "surrogatepass")).to_bytes(4, "big")
