"""What each pattern of the vocabularies stands for when it is met in a text."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from espreso_crawler.tagging.automaton import Automaton
from espreso_crawler.tagging.folding import folded
from espreso_crawler.tagging.shared_nouns import shared_nouns
from espreso_crawler.vocabularies.concepts import Concept, Kind, Vocabularies
from espreso_crawler.vocabularies.stems import Pattern, pattern

Role = Literal["concept", "nothing", "not_in", "given", "noun", "context"]


class Meaning(NamedTuple):
    """What a pattern stands for."""

    role: Role
    of: str
    """Id of the concept, or given name; empty for a phrase that means nothing."""
    kind: Kind | None = None
    is_bound: bool = False
    """Whether the concept has contexts that must be or must not be near."""


def names(vocabularies: Vocabularies) -> Iterator[tuple[Pattern, Meaning]]:
    """Yield the patterns that match with their case: concepts but topics, what is none, given names."""
    for concept in vocabularies.concepts:
        if concept.kind != "topic":
            yield from (
                (each, Meaning("concept", concept.id, concept.kind, bool(concept.needs_near or concept.not_near)))
                for each in concept.patterns
            )
            yield from ((each, Meaning("not_in", concept.id)) for each in concept.not_in)
    yield from ((each, Meaning("nothing", "")) for each in vocabularies.nothing)
    for name in vocabularies.given_names:
        yield from ((each, Meaning("given", name.id)) for each in name.patterns)
    yield from ((pattern(noun), Meaning("noun", noun)) for noun in shared_nouns())


def words(vocabularies: Vocabularies) -> Iterator[tuple[Pattern, Meaning]]:
    """Yield the patterns that match in any case: topics, and the contexts of all concepts."""
    for concept in vocabularies.concepts:
        if concept.kind == "topic":
            yield from (
                (each, Meaning("concept", concept.id, concept.kind, bool(concept.needs_near or concept.not_near)))
                for each in concept.patterns
            )
            yield from ((each, Meaning("not_in", concept.id)) for each in concept.not_in)
        yield from ((each, Meaning("context", each.text)) for each in concept.needs_near)
        yield from ((each, Meaning("context", each.text)) for each in concept.not_near)


def _meaning(concept: Concept) -> Meaning:
    return Meaning("concept", concept.id, concept.kind, bool(concept.needs_near or concept.not_near))


def given_names(vocabularies: Vocabularies) -> dict[str, set[str]]:
    """Return the given names of each person, by what stands first in the person's names."""
    automaton = Automaton[str]((each, name.id) for name in vocabularies.given_names for each in name.patterns)
    found: dict[str, set[str]] = {}
    for concept in vocabularies.concepts:
        if concept.kind == "person":
            firsts = [folded(name)[0].partition(" ")[0] for name in concept.names if name]
            found[concept.id] = {name for first in firsts for _, _, name in automaton.find(first)}
    return found
