"""Whether two versions of a text agree: the same words in the same order, however paragraphs are glued together."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable

from espreso_crawler.processors.text import visible

AGREEING = 0.85
"""Share of the words of either text that stand in the other, in order; what is missing are promo lines and captions."""
MOST_LEFT_OUT = 0.5
"""Share of the other text that lines left out on purpose may account for."""
RUN = 3
"""Words in a row that count as found: single words stand in any text."""
MOST_WORDS = 20_000
WORD = re.compile(r"[^\W_]+")
HIDDEN_EMAIL = "[email]"
CUT = ("...", "…")


def agrees(lines: Iterable[str], glued: str, left_out: Iterable[str] = ()) -> bool | None:
    """Return whether our text, line by line, agrees with another version of it; None for an excerpt of ours.

    ``left_out`` are lines that were taken out of ours on purpose; they count where the other version has them.
    """
    lines = list(lines)
    if _holds_all(lines, glued):
        return True
    theirs = _without(visible(glued), left_out)
    ours, others = _words(" ".join(lines)), _words(theirs)
    if not ours or not others:
        return False
    of_ours, of_theirs = _found_in_order(ours, others)
    is_held = of_theirs >= AGREEING * len(others)
    if is_held and of_ours < AGREEING * len(ours) and (2 * len(others) < len(ours) or glued.rstrip().endswith(CUT)):
        return None
    return is_held and of_ours >= AGREEING * len(ours)


def _holds_all(lines: Iterable[str], glued: str) -> bool:
    """Return whether a text holds each line, one after the other, and little more: true of nearly every page.

    Without white space, for paragraphs are glued; it costs a tenth of comparing words.
    """
    theirs, at, length = _squeezed(glued), 0, 0
    for line in lines:
        for part in line.split(HIDDEN_EMAIL):  # what a page hides from readers of its markup, JSON-LD writes out
            piece = _squeezed(part)
            found = theirs.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
            length += len(piece)
    return length >= AGREEING * len(theirs)


def _without(text: str, left_out: Iterable[str]) -> str:
    most = MOST_LEFT_OUT * len(text)
    for line in left_out:
        if 0 < len(line) <= most and line in text:
            text = text.replace(line, " ", 1)
            most -= len(line)
    return text


def _found_in_order(ours: list[str], theirs: list[str]) -> tuple[int, int]:
    """Return how many words of each stand in runs that both have in the same order.

    The longest increasing sequence of places, as in a patience diff: its time grows with the words, not their square.
    """
    run = min(RUN, len(ours), len(theirs))
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(theirs) - run + 1):
        places[tuple(theirs[place : place + run])].append(place)
    seen: Counter[tuple[str, ...]] = Counter()
    pairs: list[tuple[int, int]] = []
    for place in range(len(ours) - run + 1):
        words = tuple(ours[place : place + run])
        if seen[words] < len(places.get(words, ())):  # the second time here is the second time there
            pairs.append((place, places[words][seen[words]]))
            seen[words] += 1
    in_order = _longest_increasing(pairs)
    return tuple(len({pair[side] + word for pair in in_order for word in range(run)}) for side in (0, 1))  # type: ignore[return-value]  # of two


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [number]
    found, number = [], last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())[:MOST_WORDS]


def _squeezed(text: str) -> str:
    return "".join(text.split())
