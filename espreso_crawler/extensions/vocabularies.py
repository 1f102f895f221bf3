"""The vocabularies that the settings choose."""

from pathlib import Path

from scrapy.settings import BaseSettings

from espreso_crawler.places import base
from espreso_crawler.tagging import Tagger, tagger
from espreso_crawler.vocabularies.concepts import Kind, Vocabularies
from espreso_crawler.vocabularies.loading import load


def tagger_of(settings: BaseSettings) -> Tagger:
    """Return the tagger that the settings ask for. Raises `ConfigurationError` when a vocabulary is wrong."""
    return tagger(*_choice(settings))


def vocabularies_of(settings: BaseSettings) -> Vocabularies:
    """Return the vocabularies that the settings ask for. Raises `ConfigurationError` when one is wrong."""
    folder, without = _choice(settings)
    return load(folder, without=without)


def _choice(settings: BaseSettings) -> tuple[Path | None, frozenset[Kind]]:
    folder = settings.get("ESPRESO_VOCABULARIES")
    left_out: frozenset[Kind] = frozenset() if settings.getbool("ESPRESO_TAG_PERSONS", True) else frozenset({"person"})
    return base() / folder if folder else None, left_out
