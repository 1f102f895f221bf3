"""Many patterns over one text in one pass: Aho-Corasick finds how they begin, a short check how they go on."""

import re
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import BytesAhoCorasick

from espreso_crawler.tagging.folding import folded, lowered
from espreso_crawler.vocabularies.stems import Alternative, Pattern

T = TypeVar("T")
Word = tuple[Alternative, ...]
CYRILLIC = "Ѐ-ӿ"
LETTERS = r"[^\W\d_]"
# An apostrophe goes on with a Cyrillic word (Мар'їнка), and ends a Latin one (Kyiv's).
WORD_END = rf"(?!\w)(?!'[{CYRILLIC}])"
# One byte a character, so that places in the bytes are places in the text, and a search reads half of what UTF-8 has.
# It knows Ukrainian, Russian and English letters; of any other it makes a question mark, and then the key is looked at.
ENCODING, UNKNOWN = "cp1251", b"?"
LOWER = bytes(bytes([byte]).decode(ENCODING, "replace").lower().encode(ENCODING, "replace")[0] for byte in range(256))
SENTENCE_ENDS = '.!?…\n":;-'


class Way(NamedTuple, Generic[T]):
    """How a pattern may go on after its key."""

    more: int
    """Letters that may follow the key, when `rest` is None."""
    rest: re.Pattern[str] | None
    meaning: T
    at_start: bool
    is_acronym: bool
    key: str
    """The key, when its bytes do not say it all."""


class Automaton(Generic[T]):
    """Patterns, each with a meaning of the caller's. The cost of `find` does not depend on their number."""

    def __init__(self, patterns: Iterable[tuple[Pattern, T]], *, ignore_case: bool = False) -> None:
        self._ignore_case = ignore_case
        ways: dict[bytes, dict[Way[T], None]] = {}
        for pattern, meaning in patterns:
            for key, way in _ways(pattern, meaning, ignore_case=ignore_case):
                ways.setdefault(key.encode(ENCODING, "replace"), {})[way] = None
        self._ways = [tuple(each) for each in ways.values()]
        self._search = BytesAhoCorasick(list(ways) or [b"\0"]).find_matches_as_indexes

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """Return (start, end, meaning) of every match in a folded text, also of overlapping ones.

        Plain tuples: a class for them takes a third of the time of tagging.
        """
        encoded = text.encode(ENCODING, "replace")
        if self._ignore_case:
            encoded = encoded.translate(LOWER)
        found = []
        last = len(text)
        for number, start, end in self._search(encoded, overlapping=True):
            if start and ((before := text[start - 1]).isalnum() or (before == "'" and text[start - 2].isalnum())):
                continue  # inside a word; an apostrophe joins two halves of one
            stop = _word_end(text, end, last)
            for more, rest, meaning, at_start, is_acronym, key in self._ways[number]:
                if key and key != (lowered(text[start:end]) if self._ignore_case else text[start:end]):
                    continue
                here = stop
                if rest:
                    match = rest.match(text, end)
                    here = match.end() if match else -1
                elif stop - end > more:
                    continue
                if here < 0 or (at_start and not _begins_sentence(text, start)):
                    continue
                if is_acronym and not text[start:here].isupper():
                    continue
                found.append((start, here, meaning))
        return found


def _word_end(text: str, end: int, last: int) -> int:
    """Return where the word goes on to; -1 when it goes on with a digit."""
    for place in range(end, last):
        letter = text[place]
        if letter.isalpha():
            continue
        if letter.isdigit() or letter == "_":
            return -1
        if letter == "'" and "Ѐ" <= text[place + 1 : place + 2] <= "ӿ":
            continue
        return place
    return last


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" ")
    return not before or before[-1] in SENTENCE_ENDS


def _ways(pattern: Pattern, meaning: T, *, ignore_case: bool) -> Iterator[tuple[str, Way[T]]]:
    """Yield the keys of a pattern with what may follow each: the key is what is fixed at its beginning."""
    is_acronym = ignore_case and _is_acronym(pattern)
    words, after = (
        [tuple(_normal(form, ignore_case=ignore_case) for form in word) for word in part]
        for part in (pattern.words, pattern.after)
    )
    if not ignore_case:
        words[0] = _with_both_cases(words[0])
    for pieces, others in _beginnings(words):
        (key, more), rest_of_form = pieces[0], pieces[1:]
        is_simple = not rest_of_form and not others and not after
        rest = (
            None
            if is_simple
            else _expression(more, rest_of_form, others, after, re.IGNORECASE if ignore_case else re.NOFLAG)
        )
        whole = key if UNKNOWN in key.encode(ENCODING, "replace") else ""
        yield key, Way(more, rest, meaning, pattern.at_start, is_acronym, whole)


def _beginnings(words: list[Word]) -> Iterator[tuple[Alternative, list[Word]]]:
    """Yield a phrase's forms, word after word until a ``+N`` comes, each with the words that are left.

    So that keys are long: the first word alone may be one letter, which stands everywhere.
    """
    for form in words[0]:
        if len(words) == 1 or any(more for _, more in form):
            yield form, words[1:]
            continue
        for (first, more), *rest in words[1]:
            joined = ((f"{form[0][0]} {first}", more), *rest)
            yield from _beginnings([(joined,), *words[2:]])


def _expression(
    more: int, pieces: Alternative, words: list[Word], after: list[Word], flags: re.RegexFlag
) -> re.Pattern[str]:
    """Return what follows a key, as a regular expression; of `after` it only looks whether it is there."""
    text = _letters(more) + _text(pieces) + _phrase(words) + WORD_END
    return re.compile(text + (f"(?={_phrase(after)}{WORD_END})" if after else ""), flags)


def _phrase(words: list[Word]) -> str:
    return "".join(" (?:" + "|".join(map(_text, word)) + ")" for word in words)


def _text(form: Alternative) -> str:
    return "".join(re.escape(literal) + _letters(more) for literal, more in form)


def _letters(most: int) -> str:
    return f"{LETTERS}{{0,{most}}}" if most else ""


def _normal(form: Alternative, *, ignore_case: bool) -> Alternative:
    return tuple(
        ((lowered(text) if ignore_case else text), more)
        for text, more in ((folded(literal)[0], more) for literal, more in form)
    )


def _with_both_cases(word: Word) -> Word:
    """Add the forms as a sentence begins with them."""
    capital = [((first[:1].upper() + first[1:], more), *rest) for (first, more), *rest in word]
    return tuple(dict.fromkeys([*word, *capital]))


def _is_acronym(pattern: Pattern) -> bool:
    """Whether a pattern is one word all in capitals: ignoring its case would make it another word."""
    literals = [literal for form in pattern.words[0] for literal, _ in form]
    return len(pattern.words) == 1 and all(literal.isupper() and len(literal) > 1 for literal in literals)
