"""Agencies that a text or a credit names, in any case and script: those of ``vocabularies/agencies.toml``; pure."""

import re
from functools import cache
from typing import NamedTuple

from espreso_crawler.vocabularies import vocabulary

# One byte a character, so that a text is folded in one pass; letters of other scripts name no agency.
ENCODING = "cp1251"
ALIKE = dict(zip("авекмнорстухіѕј", "abekmhopctyxisj", strict=True)) | dict.fromkeys("\u00a0\t\n_", " ")
ALIKE |= dict.fromkeys("‐‑–—", "-")
"""Cyrillic letters that look like Latin ones, and the marks that stand for one another."""


def _fold(character: str) -> str:
    lower = character.lower()
    return ALIKE.get(lower, lower)


FOLDED = bytes(_fold(bytes([byte]).decode(ENCODING, "replace")).encode(ENCODING, "replace")[0] for byte in range(256))
LETTERS = b"".join(
    re.escape(bytes([byte])) for byte in range(256) if bytes([byte]).decode(ENCODING, "replace").isalnum()
)
PIECES = re.compile(r"([^+]+)(?:\+([0-9]))?")
NOT_WORDS = re.compile(r"[\W_]+")


class _Form(NamedTuple):
    agency: str
    stem: bytes
    """What must stand in the text; then `pattern` looks again."""
    pattern: re.Pattern[bytes]
    is_credit_only: bool


def agencies_in(text: str, *, is_credit: bool = False) -> set[str]:
    """Return the agencies that a text names; a credit names them by less.

    >>> sorted(agencies_in("Про це пише УНIАН, а не АР Крим"))
    ['UNIAN']
    """
    seen = _folded(text)
    found = {
        form.agency
        for form in _forms()
        if form.stem in seen and (is_credit or not form.is_credit_only) and form.pattern.search(seen)
    }
    return found | {agency for agency, printed, pattern in _exact() if printed in text and pattern.search(text)}


def agencies_in_file_name(url: str) -> set[str]:
    """Return the agencies that the name of a picture's file tells.

    >>> agencies_in_file_name("https://static.example/1/349_GettyImages-15_new_960x500_0.webp")
    {'Getty Images'}
    """
    seen = _folded(NOT_WORDS.sub(" ", url.rpartition("/")[2]))
    return {
        form.agency for form in _forms() if not form.is_credit_only and form.stem in seen and form.pattern.search(seen)
    }


def is_agency(name: str) -> bool:
    """Return whether a name is an agency's, from its first letter to its last."""
    seen = _folded(name)
    return any(form.stem in seen and form.pattern.fullmatch(seen) for form in _forms()) or any(
        name == printed for _, printed, _ in _exact()
    )


def _folded(text: str) -> bytes:
    return text.encode(ENCODING, "replace").translate(FOLDED)


@cache
def _forms() -> tuple[_Form, ...]:
    return tuple(
        _form(agency, printed, named.get("not", []), is_credit_only=place == "credit")
        for agency, named in vocabulary("agencies").items()
        for place in ("text", "credit")
        for printed in named.get(place, ())
    )


def _form(agency: str, printed: str, others: list[str], *, is_credit_only: bool) -> _Form:
    pieces = [(_folded(literal), more) for literal, more in PIECES.findall(printed)]
    letters = b"[" + LETTERS + b"]"
    text = b"".join(re.escape(literal) + (letters + b"{0,%d}" % int(more) if more else b"") for literal, more in pieces)
    # Another name that contains this one begins with it or ends in it.
    after = b"".join(
        b"(?!%s)" % re.escape(_folded(other[len(printed) :])) for other in others if other.startswith(printed)
    )
    before = b"".join(
        b"(?<!%s)" % re.escape(_folded(other[: -len(printed)])) for other in others if other.endswith(printed)
    )
    pattern = b"(?<!" + letters + b")" + before + text + b"(?!" + letters + b")" + after
    return _Form(agency, pieces[0][0], re.compile(pattern), is_credit_only)


@cache
def _exact() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (agency, printed, re.compile(rf"(?<!\w){re.escape(printed)}(?!\w)"))
        for agency, named in vocabulary("agencies").items()
        for printed in named.get("exact", ())
    )
