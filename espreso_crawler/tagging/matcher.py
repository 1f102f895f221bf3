"""Which concept stands where in a text: names with case, topics without; the longest name wins."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from espreso_crawler.tagging import meanings
from espreso_crawler.tagging.automaton import Automaton
from espreso_crawler.tagging.folding import folded
from espreso_crawler.tagging.meanings import Meaning
from espreso_crawler.tagging.overlaps import Hit, longest
from espreso_crawler.tagging.shared_nouns import shared
from espreso_crawler.vocabularies.concepts import Kind, Vocabularies

NEAR = 200
"""Characters to either side within which a context counts: about a sentence and a half."""
PHRASES = 4096
"""Phrases with a shared noun that are remembered: the same few regions come every day."""
SURNAME_LIKE = {"person", "place", "country"}
"""Kinds whose one-word names are also people's surnames."""
DOUBLE = re.compile(r"-[^\W\d_a-zа-яіїєґ]")
SURNAME = re.compile(r" [A-Z][a-z]")


class Reading(NamedTuple):
    """What was found in a text, in the order in which it stands there."""

    names: list[Hit]
    topics: list[Hit]


Match = tuple[int, int, Meaning]


class _Contexts(NamedTuple):
    """What stands where around the concepts."""

    not_in: dict[str, list[Match]]
    """Phrases in which a concept is not meant, by concept."""
    given: dict[int, Match]
    """Given names by their end."""
    near: dict[str, list[int]]
    """Where words stand that decide what others mean, by their pattern."""
    nouns: list[Match]
    """Nouns that several names can share."""


class Matcher:
    """Finds the concepts of the vocabularies; made once, used for every article."""

    def __init__(self, vocabularies: Vocabularies) -> None:
        # Two automata, not one over lower case: there "US" would meet every "us", ten times as many as names.
        self._names = Automaton[Meaning](meanings.names(vocabularies))
        self._words = Automaton[Meaning](meanings.words(vocabularies), ignore_case=True)
        self._given = meanings.given_names(vocabularies)
        self._beginning = lru_cache(maxsize=PHRASES)(self._name_at_beginning)
        self._bounds = {
            concept.id: tuple(tuple(each.text for each in cell) for cell in (concept.needs_near, concept.not_near))
            for concept in vocabularies.concepts
            if concept.needs_near or concept.not_near
        }

    def read(self, text: str) -> Reading:
        """Return the concepts in a text."""
        flat, places = folded(text)
        contexts = _Contexts({}, {}, {}, [])
        matches, triggers = _sorted_out(self._names.find(flat) + self._words.find(flat), contexts)
        topics = [
            (start, end, meaning.of) for start, end, meaning in triggers if self._fits(start, end, meaning, contexts)
        ]
        names, weights = self._names_among(matches, flat, contexts)
        reading = Reading([_unquoted(hit, flat) for hit in longest(names, weights) if hit[2]], longest(topics, {}))
        return reading if places is None else _in_places(reading, places)

    def whole(self, phrase: str) -> str | None:
        """Return the id of the concept that a phrase is, from its first letter to its last; None when it is none."""
        flat, _ = folded(phrase)
        whole = (0, len(flat))
        return next(
            (
                meaning.of
                for start, end, meaning in self._names.find(flat) + self._words.find(flat)
                if meaning.kind and (start, end) == whole
            ),
            None,
        )

    def _names_among(self, matches: list[Match], text: str, contexts: _Contexts) -> tuple[list[Hit], dict[Hit, int]]:
        """Return the names that the contexts allow, and the length of those that count longer than they are."""
        names: list[Hit] = []
        weights: dict[Hit, int] = {}
        given, nouns = contexts.given, {place for noun in contexts.nouns for place in (noun[0] - 1, noun[1])}
        for start, end, meaning in matches:
            if (meaning.is_bound or meaning.of in contexts.not_in) and not self._fits(start, end, meaning, contexts):
                continue
            if end in nouns and meaning.kind == "place":
                weights |= shared(text, start, end, self._beginning)
            if meaning.kind in SURNAME_LIKE and (start - 1 in given or end in given or text[end : end + 1] == "-"):
                first = self._beginning_of_name(start, end, meaning, text, given)
                if first < 0:
                    continue
                start = first  # noqa: PLW2901  # the given name belongs to the mention
            names.append((start, end, meaning.of))
        return [*names, *weights], weights

    def _fits(self, start: int, end: int, meaning: Meaning, contexts: _Contexts) -> bool:
        """Whether the contexts let the words mean what they could mean."""
        phrases = contexts.not_in.get(meaning.of, ())
        if any(first <= start and end <= last for first, last, _ in phrases):
            return False
        needed, shunned = self._bounds.get(meaning.of, ((), ()))
        if needed and not _is_near(start, end, needed, contexts.near):
            return False
        return not _is_near(start, end, shunned, contexts.near)

    def _beginning_of_name(self, start: int, end: int, meaning: Meaning, text: str, given: Mapping[int, Match]) -> int:
        """Return where a name begins with the given name before it; -1 when it is part of somebody else's."""
        if meaning.kind != "place" and _is_half(start, end, meaning.kind, text, given):
            return -1
        before = given.get(start - 1)
        if before is None or not _is_one_name(start, end, text):
            return start
        return before[0] if before[2].of in self._given.get(meaning.of, ()) else -1

    def _name_at_beginning(self, phrase: str) -> str | None:
        """Return the id of the longest name that a folded phrase begins with and that reaches to its last word."""
        last = phrase.rindex(" ")
        found = [(end, meaning.of) for start, end, meaning in self._names.find(phrase) if meaning.kind and not start]
        return next((name for end, name in sorted(found, reverse=True) if end >= last), None)


def _sorted_out(matches: list[Match], contexts: _Contexts) -> tuple[list[Match], list[Match]]:
    """Return names and topics, which compete for the text; the others go where they are asked for."""
    names: list[Match] = []
    topics: list[Match] = []
    for match in matches:
        role, of, kind, _ = match[2]
        if role in ("concept", "nothing"):
            (topics if kind == "topic" else names).append(match)
        elif role == "given":
            contexts.given[match[1]] = match
        elif role == "not_in":
            contexts.not_in.setdefault(of, []).append(match)
        elif role == "noun":
            contexts.nouns.append(match)
        else:
            contexts.near.setdefault(of, []).append(match[0])
    return names, topics


def _is_near(start: int, end: int, patterns: Iterable[str], near: Mapping[str, list[int]]) -> bool:
    return any(
        start - NEAR <= place <= end + NEAR for pattern in patterns if pattern in near for place in near[pattern]
    )


def _is_one_name(start: int, end: int, text: str) -> bool:
    """Whether the words are one capitalised word after a space."""
    return text[start - 1] == " " and text[start].isupper() and " " not in text[start:end]


def _is_half(start: int, end: int, kind: Kind | None, text: str, given: Mapping[int, Match]) -> bool:
    """Whether the words are the first half of a double surname, or a given name before a surname."""
    if kind == "person":
        return text[end : end + 1] == "-" and bool(DOUBLE.match(text, end))
    whole = given.get(end)
    return whole is not None and whole[0] == start and bool(SURNAME.match(text, end))


def _unquoted(hit: Hit, text: str) -> Hit:
    """Return a hit without quotation marks around it: they belong to the sentence."""
    start, end, found = hit
    return (start + 1, end - 1, found) if text[start] == '"' == text[end - 1] else hit


def _in_places(reading: Reading, places: Sequence[int]) -> Reading:
    names, topics = (
        [(places[start], places[end - 1] + 1, found) for start, end, found in hits]
        for hits in (reading.names, reading.topics)
    )
    return Reading(names, topics)
