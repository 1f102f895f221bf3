"""Loads the vocabularies: the package's own tables, and over them those of a user's folder; checks them all."""

import hashlib
import re
from collections.abc import Collection, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.vocabularies.checks import check
from espreso_crawler.vocabularies.concepts import KINDS, LANGUAGES, Concept, GivenName, Kind, Vocabularies
from espreso_crawler.vocabularies.stems import Pattern
from espreso_crawler.vocabularies.tables import Row, rows

COLUMNS = (
    "id", "type", "name_en", "name_uk", "name_ru", "match_en", "match_uk", "match_ru", "labels",
    "not_in", "not_near", "needs_near", "within", "same_as", "mapping", "note",
)  # fmt: skip
GIVEN_NAMES, GIVEN_COLUMNS = "given_names", ("id", "match_en", "match_uk", "match_ru")
NOTHING, NOTHING_COLUMNS = "nothing", ("phrase", "note")
PREFIX = {"organisation": "org"}
"""How an id begins where that is not the kind."""
ID = re.compile(r"[a-z]+:[A-Za-z0-9][A-Za-z0-9-]*")
SAME_AS = re.compile(r"iso:[A-Z0-9-]{2,6}|wd:Q\d+|geonames:\d+|wof:\d+|medtop:\d{8}|genre:[A-Za-z_-]+")
MAPPINGS = {"", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"}
T = TypeVar("T", Concept, GivenName)
LISTS = ("agencies.toml", "labels.toml", "shared_nouns.toml")
"""Other files whose content shows in tags, labels or cited agencies."""


def load(folder: Path | None = None, *, without: Collection[Kind] = ()) -> Vocabularies:
    """Return the vocabularies, with a user's folder over them when one is given.

    A row there with a new id adds a concept, one with a known id takes that concept's place; so do given names.
    Kinds in `without` are not read. Raises `ConfigurationError` that names file, line and reason.
    """
    wanted = [file for file, kind in KINDS.items() if kind not in without]
    tables = {**_own(wanted), **(_users(folder, wanted) if folder else {})}
    concepts: dict[str, Concept] = {}
    names: dict[str, GivenName] = {}
    nothing: list[Pattern] = []
    for (name, place), content in tables.items():
        stem = name.removesuffix(".tsv")
        if stem == GIVEN_NAMES:
            names |= _unique(_given_names(place, content))
        elif stem == NOTHING:
            nothing += [
                row.patterns("phrase")[0] for row in rows(place, content, NOTHING_COLUMNS) if row.required("phrase")
            ]
        elif stem in KINDS:
            concepts |= _unique(_concepts(place, content, KINDS[stem]))
    check(concepts.values())
    return Vocabularies(tuple(concepts.values()), tuple(names.values()), tuple(nothing), _version(tables))


def _own(wanted: list[str]) -> dict[tuple[str, str], bytes]:
    room = files(__package__ or __name__)
    names = [f"{file}.tsv" for file in (*wanted, GIVEN_NAMES, NOTHING)] + list(LISTS)
    return {(name, name): room.joinpath(name).read_bytes() for name in names}


def _users(folder: Path, wanted: list[str]) -> dict[tuple[str, str], bytes]:
    if not folder.is_dir():
        raise ConfigurationError(f"ESPRESO_VOCABULARIES: {folder} is not a folder")
    found = sorted(folder.glob("*.tsv"))
    known = {*KINDS, GIVEN_NAMES, NOTHING}
    if strange := [path.name for path in found if path.stem not in known]:
        raise ConfigurationError(
            f"{folder / strange[0]}:1: no vocabulary has this name; there are {', '.join(sorted(known))}"
        )
    try:
        return {
            (path.name, str(path)): path.read_bytes() for path in found if path.stem in wanted or path.stem not in KINDS
        }
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}") from error


def _version(tables: dict[tuple[str, str], bytes]) -> str:
    digest = hashlib.sha256()
    for (name, _), content in tables.items():
        digest.update(b"%s\0%d\0%s" % (name.encode(), len(content), content))
    return "sha256:" + digest.hexdigest()


def _unique(given: Iterator[tuple[Row, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    lines: dict[str, int] = {}
    for row, each in given:
        if each.id in found:
            row.refuse(f"duplicate id {each.id}: line {lines[each.id]} has it too")
        found[each.id], lines[each.id] = each, row.line
    return found


def _given_names(place: str, content: bytes) -> Iterator[tuple[Row, GivenName]]:
    for row in rows(place, content, GIVEN_COLUMNS):
        found = tuple(pattern for language in LANGUAGES for pattern in row.patterns(f"match_{language}"))
        yield row, GivenName(row.required("id"), found)


def _concepts(place: str, content: bytes, kind: Kind) -> Iterator[tuple[Row, Concept]]:
    for row in rows(place, content, COLUMNS):
        yield row, _concept(row, kind)


def _concept(row: Row, kind: Kind) -> Concept:
    identity = row.required("id")
    if not ID.fullmatch(identity) or identity.partition(":")[0] != PREFIX.get(kind, kind):
        row.refuse(f"bad id {identity!r}: give one like {PREFIX.get(kind, kind)}:some-name")
    if wrong := [code for code in row.listed("same_as") if not SAME_AS.fullmatch(code)]:
        row.refuse(f"same_as: {wrong[0]!r} is not a code of a known scheme")
    if row["mapping"] not in MAPPINGS:
        row.refuse(f"mapping: {row['mapping']!r} is not an SKOS relation")
    matched = [pattern for language in LANGUAGES for pattern in row.patterns(f"match_{language}")]
    if matched and kind == "genre":
        row.refuse("a genre follows from a label, never from words of the text: leave match_* empty")
    return Concept(
        id=identity,
        kind=kind,
        type=row["type"],
        names=(row.required("name_en"), row.required("name_uk"), row["name_ru"]),
        patterns=tuple(dict.fromkeys(matched)),
        labels=row.listed("labels"),
        not_in=row.patterns("not_in"),
        not_near=row.patterns("not_near"),
        needs_near=row.patterns("needs_near"),
        within=row["within"],
        same_as=row.listed("same_as"),
        mapping=row["mapping"],
        source=row.source,
    )
