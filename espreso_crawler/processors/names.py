"""The names in a line that says who wrote a text; pure functions over ``vocabularies/names.toml``."""

import re
from functools import cache, lru_cache
from typing import Any

from espreso_crawler.processors.text import value
from espreso_crawler.vocabularies import vocabulary

BORDER = re.compile(r"\s*[,;|\n/]\s*")
FEWEST_WORDS, MOST_WORDS = 2, 4
"""Of a person's name."""


def names(line: str | None) -> list[str]:
    """Return the names in a line, each without the word that introduces it; what is no name is left out.

    A comma or a line break ends a name. A conjunction does so only between what looks like two people.

    >>> names("Автори: Олена Приклад та Іван Зразок, журналіст")
    ['Олена Приклад', 'Іван Зразок']
    >>> names("Institute for War and Peace")
    ['Institute for War and Peace']
    """
    return list(_names(line)) if line and value(line) else []


@lru_cache(maxsize=1024)  # the same people write every day
def _names(line: str) -> tuple[str, ...]:
    parts = BORDER.split(line.strip())
    found: list[str] = []
    for part in parts:
        name = value(_loose().sub("", _prefix().sub("", value(part) or "")))
        is_role = name is not None and name[0].islower() and len(parts) > 1  # "…, журналіст" says what one is
        if name and not is_role and not _others().match(name):
            found += _people(name)
    return tuple(found)


def _people(text: str) -> list[str]:
    parts = _conjunction().split(text)
    return parts if len(parts) > 1 and all(map(_is_person, parts)) else [text]


def _is_person(text: str) -> bool:
    words = text.split()
    is_short = FEWEST_WORDS <= len(words) <= MOST_WORDS
    return is_short and all(word[0].isupper() for word in words) and not any(map(_organisation().fullmatch, words))


@cache
def _words() -> dict[str, Any]:
    return vocabulary("names")


@cache
def _prefix() -> re.Pattern[str]:
    plain, colon = "|".join(_words()["prefixes"]), "|".join(_words()["with_colon"])
    return re.compile(rf"^(?:(?:{plain})(?:\s*:\s*|\s+|$)|(?:{colon})\s*:\s*)", re.IGNORECASE)


@cache
def _others() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_words()['others'])})\s*:", re.IGNORECASE)


@cache
def _conjunction() -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(map(re.escape, _words()['conjunctions']))})\s+")


@cache
def _loose() -> re.Pattern[str]:
    """Return what matches a conjunction with a name on one side only: the other one is a link."""
    conjunction = "|".join(map(re.escape, _words()["conjunctions"]))
    return re.compile(rf"^(?:{conjunction})(?:\s+|$)|\s+(?:{conjunction})$")


@cache
def _organisation() -> re.Pattern[str]:
    return re.compile("|".join(_words()["organisations"]), re.IGNORECASE)
