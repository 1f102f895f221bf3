"""Checks over all vocabularies together: no reference leads nowhere, no stem belongs to two concepts."""

from collections.abc import Collection

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.vocabularies.concepts import Concept


def check(concepts: Collection[Concept]) -> None:
    """Raise `ConfigurationError` that names file, line and reason of the first fault."""
    known = {concept.id for concept in concepts}
    owners: dict[tuple[bool, str], Concept] = {}
    for concept in concepts:
        if concept.within and concept.within not in known:
            raise ConfigurationError(f"{concept.source}: within: there is no concept {concept.within}")
        for pattern in concept.patterns:
            owner = owners.setdefault((concept.kind == "topic", pattern.text), concept)
            if owner is not concept:
                raise ConfigurationError(
                    f"{concept.source}: stem {pattern.text!r} belongs to {owner.id} already ({owner.source})"
                )
