"""Which oddities of the real site article n carries: fixed by its number, all of them among any hundred."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["news", "column", "interview", "review", "video", "sponsored", "reprint"]

# Kind of article: every `period` numbers, from `offset`; the first that fits wins.
_KINDS: Final[tuple[tuple[Kind, int, int], ...]] = (
    ("sponsored", 97, 41),
    ("video", 47, 20),
    ("reprint", 53, 29),
    ("column", 13, 5),
    ("interview", 31, 11),
    ("review", 37, 17),
)

# Oddity: (period, offset). Periods share few factors, so the oddities meet in ever new company.
ODDITIES: Final[dict[str, tuple[int, int]]] = {
    "exclusive": (9, 4),
    "born_updated": (17, 9),
    "no_author_link": (11, 7),
    "no_lead": (19, 2),
    "no_header_time": (29, 13),
    "second_slug": (23, 16),
    "long_slug": (41, 12),
    "list": (4, 1),
    "quote": (5, 3),
    "subheads": (6, 2),
    "bold_heads": (8, 6),
    "run_in": (7, 1),
    "italic": (14, 3),
    "inline_image": (10, 9),
    "youtube": (18, 5),
    "telegram": (21, 8),
    "x": (25, 14),
    "nbsp": (3, 0),
    "empty_span": (2, 1),
    "empty_paragraph": (12, 10),
    "adjacent_tags": (3, 1),
    "promo_read_also": (5, 0),
    "promo_follow": (7, 4),
    "mail": (27, 19),
    "repeated_paragraph": (43, 22),
    "agency": (15, 6),
    "no_caption": (16, 11),
    "long_caption": (22, 15),
    "no_alt": (6, 5),
}


@dataclass(frozen=True, slots=True)
class Spell:
    """Articles from `first` to `last` that are all of one kind, and so many times as long: a night of interviews."""

    first: int
    last: int
    kind: Kind
    times: int = 1


def spell_of(number: int, spells: Iterable[Spell]) -> Spell | None:
    """Return the spell that an article falls into."""
    return next((spell for spell in spells if spell.first <= number <= spell.last), None)


def kind_of(number: int) -> Kind:
    """Return what kind of article a number is, outside any spell."""
    return next((kind for kind, period, offset in _KINDS if number % period == offset), "news")


def has_oddity(number: int, name: str) -> bool:
    """Return whether article `number` carries an oddity; the names are the keys of the table in this file."""
    period, offset = ODDITIES[name]
    return number % period == offset
