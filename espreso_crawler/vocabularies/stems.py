r"""The stem grammar of the vocabulary files: text of a pattern in, its words out; nothing here matches.

``|`` stands between patterns, a space between words, ``/`` between alternatives of a word; ``+N`` inside an
alternative allows up to N more letters there; ``^`` before a pattern binds it to the start of a sentence; ``~``
before a word: it and the words after it must follow, but are no part of the name (``покровськ+3 ~напрям+5``); a
backslash before ``/`` or ``+`` makes it a character like any other (``SAMP\/T``).
"""

import re
from dataclasses import dataclass

MOST_LETTERS = 9
SHORTEST_STEM = 3
"""Fixed letters of a single word with ``+N``: with fewer it meets half the dictionary."""
PART = re.compile(r"(?P<literal>(?:\\[/+]|[^/+|\\^~\s])+)(?:\+(?P<more>\d+))?")
ESCAPED = re.compile(r"\\([/+])")
SEPARATOR = re.compile(r"(?<!\\)/")

Alternative = tuple[tuple[str, int], ...]
"""One form of a word: literals, each with the number of letters that may follow it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of a vocabulary."""

    text: str
    words: tuple[tuple[Alternative, ...], ...]
    """The words in order, each with its alternatives."""
    after: tuple[tuple[Alternative, ...], ...] = ()
    """Words that must follow, but belong to no mention."""
    at_start: bool = False
    """Whether it only matches at the start of a sentence."""


def patterns(cell: str) -> tuple[Pattern, ...]:
    """Return the patterns of a cell; raises ValueError that says what is wrong with which one.

    >>> [pattern.text for pattern in patterns("Kyiv Post|Велик+2 Новосілк+2/Новосілці")]
    ['Kyiv Post', 'Велик+2 Новосілк+2/Новосілці']
    """
    return tuple(pattern(part) for part in cell.split("|")) if cell else ()


def pattern(text: str) -> Pattern:
    """Return one pattern; raises ValueError that says what is wrong with it.

    >>> pattern("Покровськ+3").words
    (((('Покровськ', 3),),),)
    """
    bare = text.removeprefix("^")
    if not bare or bare != " ".join(bare.split()):
        raise ValueError(f"stem {text!r}: empty, or with stray white space")
    if not any(map(str.isalnum, bare)):
        raise ValueError(f"stem {text!r}: has no letter")
    name, _, after = bare.partition(" ~")
    words, following = (tuple(_word(word, text) for word in part.split()) for part in (name, after))
    if len(words) + len(following) == 1:
        _refuse_short(words[0], text)
    return Pattern(text, words, following, at_start=bare != text)


def _word(word: str, text: str) -> tuple[Alternative, ...]:
    return tuple(dict.fromkeys(_alternative(part, text) for part in SEPARATOR.split(word)))


def _alternative(part: str, text: str) -> Alternative:
    found, at = [], 0
    while match := PART.match(part, at):
        found.append((ESCAPED.sub(r"\1", match["literal"]), int(match["more"] or 0)))
        at = match.end()
    if not found or at != len(part):
        raise ValueError(f"stem {text!r}: {part!r} is not a word, or a word with +N, N from 1 to {MOST_LETTERS}")
    if any(more > MOST_LETTERS for _, more in found) or "+0" in part:
        raise ValueError(f"stem {text!r}: +N allows from 1 to {MOST_LETTERS} letters")
    return tuple(found)


def _refuse_short(word: tuple[Alternative, ...], text: str) -> None:
    for form in word:
        letters = sum(map(str.isalpha, "".join(literal for literal, _ in form)))
        if letters < SHORTEST_STEM and any(more for _, more in form):
            raise ValueError(f"stem {text!r}: fewer than {SHORTEST_STEM} letters are too few for +N")
