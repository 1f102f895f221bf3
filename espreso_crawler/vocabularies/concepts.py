"""What a vocabulary row is: a concept, and the given names that tell one bearer of a surname from another."""

from dataclasses import dataclass
from typing import Literal

from espreso_crawler.vocabularies.stems import Pattern

Kind = Literal["country", "place", "person", "organisation", "weapon", "topic", "genre"]

KINDS: dict[str, Kind] = {
    "countries": "country",
    "places": "place",
    "people": "person",
    "organisations": "organisation",
    "weapons": "weapon",
    "topics": "topic",
    "genres": "genre",
}
"""File, without ``.tsv`` -> kind of the concepts in it."""

LANGUAGES = ("en", "uk", "ru")


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of a vocabulary file."""

    id: str
    kind: Kind
    type: str
    """Finer kind, e.g. ``oblast`` or ``drone``; empty when there is none."""
    names: tuple[str, str, str]
    """In English, Ukrainian, Russian; the English one is the tag's name."""
    patterns: tuple[Pattern, ...]
    """What stands for it in a text."""
    labels: tuple[str, ...]
    """Keywords and rubrics of the site that mean it, besides its names; never matched in a text."""
    not_in: tuple[Pattern, ...]
    """Longer phrases in which the words mean something else."""
    not_near: tuple[Pattern, ...]
    """Words near which it is something else; in any case."""
    needs_near: tuple[Pattern, ...]
    """Words of which one must stand near; in any case."""
    within: str
    """Id of the place or country it lies in, or empty."""
    same_as: tuple[str, ...]
    """Codes of other schemes: ``iso:``, ``wd:``, ``geonames:``, ``wof:``, ``medtop:``, ``genre:``."""
    mapping: str
    """SKOS relation to the IPTC code, or empty."""
    source: str
    """``file:line`` of its row."""

    @property
    def name(self) -> str:
        """The English name."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class GivenName:
    """A given name in all its spellings: before a surname it says whose surname that is."""

    id: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """Everything that tags are made from."""

    concepts: tuple[Concept, ...]
    given_names: tuple[GivenName, ...]
    nothing: tuple[Pattern, ...]
    """Phrases that hold a name but mean no concept, e.g. ``Northern Europe``."""
    version: str
    """``sha256:`` and a digest over the files: two records with the same were tagged alike."""

    def by_id(self) -> dict[str, Concept]:
        """Return the concepts by id."""
        return {concept.id: concept for concept in self.concepts}
