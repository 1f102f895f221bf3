"""Slugs: Latin words of a headline with the article's number in the tail, so that a path leads back."""

import re

_LATIN = "a.b.v.g.g.d.e.ye.zh.z.i.i.i.y.k.l.m.n.o.p.r.s.t.u.f.kh.ts.ch.sh.shch..yu.ya"
_LETTERS = str.maketrans(dict(zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'’", [*_LATIN.split("."), "", ""], strict=True)))
_GAPS = re.compile(r"[^a-z0-9]+")
_LONGEST_WORDS = 150
_LONGEST_OF_ALL = 224
_BASE = 36
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HEX_TAIL = 13
_HEX_NUMBER = 7


def words_slug(text: str) -> str:
    """Return a text as lower-case Latin words joined by hyphens (Ukrainian is written as the site does)."""
    return _GAPS.sub("-", text.lower().translate(_LETTERS)).strip("-")


def article_slug(words: str, number: int, *, is_long: bool = False) -> str:
    """Return a slug that ends in the number; a long one comes near the 242 characters seen on the site."""
    return f"{words[: _LONGEST_OF_ALL if is_long else _LONGEST_WORDS].rstrip('-')}-{_in_base_36(number)}"


def hex_slug(words: str, number: int) -> str:
    """Return a slug that ends in 13 hexadecimal digits, as the second page of one headline has."""
    return f"{words[:_LONGEST_WORDS].rstrip('-')}-{number * 7919 % 0x1000000:06x}{number:07x}"


def second_slug(slug: str) -> str:
    """Return the other spelling of a slug: its first `i` as `y`, and as last resort a word more."""
    words, _, tail = slug.rpartition("-")
    spelled = words.replace("i", "y", 1)
    return f"{spelled if spelled != words else words + '-news'}-{tail}"


def number_in(slug: str) -> int | None:
    """Return the number that a slug's tail names, whether or not such an article exists."""
    tail = slug.rpartition("-")[2]
    try:
        return int(tail[-_HEX_NUMBER:], 16) if len(tail) == _HEX_TAIL else int(tail, _BASE)
    except ValueError:
        return None


def _in_base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, _BASE)
        digits = _DIGITS[digit] + digits
    return digits or "0"
