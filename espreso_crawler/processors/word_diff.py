"""What changed between two texts, word by word."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Literal, NamedTuple

AROUND = 4
"""Words that stay shown on both sides of a change."""
EXACT = 4_000
"""Above so many words that differ, words that are frequent do not count as landmarks: the exact search is quadratic."""

What = Literal["same", "gone", "new"]


class Part(NamedTuple):
    """Some words in a row."""

    what: What
    words: str


def word_diff(old: str, new: str, around: int = AROUND) -> Iterator[Part]:
    """Yield the words that went, those that came, and a few around each; ``…`` stands for what is left out.

    >>> [*word_diff("one two three", "one 2 three")]
    [Part(what='same', words='one'), Part(what='gone', words='two'), Part(what='new', words='2'), \
Part(what='same', words='three')]
    """
    before, after = old.split(), new.split()
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    gone, came = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield Part("same", _shown(before[:head], around))
    matcher = SequenceMatcher(None, gone, came, autojunk=len(gone) + len(came) > EXACT)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            yield Part("same", _shown(gone[i:j], around))
            continue
        if j > i:
            yield Part("gone", " ".join(gone[i:j]))
        if m > k:
            yield Part("new", " ".join(came[k:m]))
    if tail:
        yield Part("same", _shown(before[len(before) - tail :], around))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _shown(words: Sequence[str], around: int) -> str:
    return " ".join(words if len(words) <= 2 * around else [*words[:around], "…", *words[-around:]])
