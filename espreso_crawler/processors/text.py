"""Text as people read it: white space, invisible characters, boilerplate, e-mail addresses; pure functions."""

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

from espreso_crawler.vocabularies import vocabulary

# Soft hyphen, zero-width and direction marks, byte-order mark, controls, lone surrogates: no reader sees them, and
# they break search, offsets and JSON. U+200C and U+200D stay: emoji are built with them.
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffb\ud800-\udfff]"
)
CUT = re.compile(r"(?:\.\.\.|…)\s*$")
SITE_SUFFIX = re.compile(r"\s*Espreso\.TV\s*$", re.IGNORECASE)
ESCAPED = re.compile(r"&(?:[a-z][a-z0-9]*|#\d+|#x[0-9a-f]+);", re.IGNORECASE)
LABEL_BORDER = re.compile(r"[\W_]+")
# A key of the interface's translations in place of its text, such as `client/title.list_title`.
KEY = re.compile(r"[a-z][a-z0-9_-]*(?:/[a-z0-9_-]+)+(?:\.[a-z0-9_-]+)+")
LONGEST_LABEL = 80
# What may stand around a label that announces links: bullets and arrows before it, a colon or dots after it.
LABEL_FRAME = (r"[^\w\"(]{0,3}(?:", r")(?![\w-])\s*[:.…!►▶➤→↓👇-]*\s*")
HIDDEN_EMAIL = re.compile(r"\[email[\s\u00a0]protected\]")


def visible(text: str) -> str:
    """Return the text without characters that no reader sees, in NFC; white space stays as it is."""
    if not text.isprintable():  # true of every text but those with such characters or white space of another kind
        text = INVISIBLE.sub("", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def clean(text: str | None) -> str | None:
    r"""Return one line of text: white space (no-break space too) folded, invisible characters gone; None if empty.

    >>> clean("  UK tests\u00a0\u2018drone killer\u2019 \u200b weapon\u00a0")
    'UK tests \u2018drone killer\u2019 weapon'
    """
    if not text:
        return None
    line = " ".join(text.split())
    if not line.isprintable():
        line = " ".join(visible(line).split())
    return (line if unicodedata.is_normalized("NFC", line) else unicodedata.normalize("NFC", line)) or None


def value(text: str | None) -> str | None:
    """Return a field's text as one clean line; None for what is no text: a key that the interface leaks.

    >>> value("client/title.list_title") is None
    True
    """
    line = clean(text)
    return None if line and "/" in line and KEY.fullmatch(line) else line


def unescaped(text: str) -> str:
    r"""Return text with entities resolved, also those that the site's JSON-LD escapes twice.

    >>> unescaped("&amp;quot;so&amp;quot; &#039;it&#039;")
    '"so" \'it\''
    """
    for _ in range(2):
        if not ESCAPED.search(text):
            break
        text = html.unescape(text)
    return text


def uncut(text: str | None) -> str | None:
    """Return a metadata description without the site's name; None when it is cut short by dots.

    >>> uncut("A whole sentence. Espreso.TV")
    'A whole sentence.'
    >>> uncut("A sentence that brea...") is None
    True
    """
    text = clean(text)
    if not text or CUT.search(text):
        return None
    return SITE_SUFFIX.sub("", text) or None


@lru_cache(maxsize=1024)
def label(text: str | None) -> str | None:
    """Return a label in the one form for all languages; an unknown one as a slug of itself.

    >>> label("Інтерв’ю"), label("Special project")
    ('interview', 'special-project')
    """
    text = value(text)
    if not text:
        return None
    return _labels().get(_label_key(text)) or LABEL_BORDER.sub("-", text.casefold()).strip("-") or None


def is_known_label(name: str) -> bool:
    """Return whether the vocabulary has this label."""
    return name in vocabulary_of_labels()


@cache
def vocabulary_of_labels() -> dict[str, dict[str, object]]:
    """Return the labels by their one form, with what `vocabularies/labels.toml` says of each."""
    return vocabulary("labels")


def boilerplate(text: str) -> str | None:
    """Return which kind of boilerplate a whole text block is (`promo`, `template`, `player`), or None.

    >>> boilerplate("Читайте також: Нова школа у Вигаданому")
    'promo'
    """
    if found := _boilerplate().fullmatch(text):
        return found.lastgroup
    return "template" if len(text) <= LONGEST_LABEL and KEY.fullmatch(text) else None


def announces_links(text: str) -> bool:
    """Return whether a line is the label of links to other articles.

    >>> announces_links("Читайте також"), announces_links("Читайте також між рядків")
    (True, False)
    """
    return len(text) <= LONGEST_LABEL and _links_label().fullmatch(text) is not None


def links_label(text: str) -> int:
    """Return where the label ends that a line begins with, if it announces links; 0 when it begins with none."""
    found = _links_label().match(text)
    return found.end() if found else 0


def is_author_note(text: str) -> bool:
    """Return whether a text block belongs to a column's note about its author or is the newsroom's disclaimer."""
    return _author_note().fullmatch(text) is not None


def marks_as_paid(text: str) -> bool:
    """Return whether a whole line says that the text around it is paid for.

    >>> marks_as_paid("На правах реклами"), marks_as_paid("На правах реклами в газеті заробив місто")
    (True, False)
    """
    return len(text) <= LONGEST_LABEL and _paid().fullmatch(text) is not None


def announces_author_note(text: str) -> bool:
    """Return whether a text block is only the heading of an author note."""
    return _author_note_heading().fullmatch(text) is not None


def email(cfemail: str) -> str | None:
    """Return the address that Cloudflare hides: hexadecimal bytes, each XORed with the first.

    >>> email("5a3e3f29311a3f223b372a363f7435283d")
    'desk@example.org'
    """
    try:
        key, *rest = bytes.fromhex(cfemail)
    except ValueError:
        return None
    return bytes(byte ^ key for byte in rest).decode("utf-8", "replace")


def without_hidden_emails(text: str) -> str:
    """Return text with Cloudflare's placeholder in this project's form."""
    return HIDDEN_EMAIL.sub("[email]", text)


def _label_key(text: str) -> str:
    return re.sub(r"['\u2019\u02bc`]", "'", text).casefold()


@cache
def _labels() -> dict[str, str]:
    return {_label_key(form): name for name, row in vocabulary("labels").items() for form in row["printed"]}


@cache
def _phrases() -> dict[str, Any]:
    return vocabulary("boilerplate")


@cache
def _boilerplate() -> re.Pattern[str]:
    return _any_of([f"(?P<{kind}>{_any_of(patterns).pattern})" for kind, patterns in _phrases()["drop"].items()])


@cache
def _links_label() -> re.Pattern[str]:
    labels = _any_of(_phrases()["links"]["labels"])
    return re.compile(labels.pattern.join(LABEL_FRAME), re.IGNORECASE)


@cache
def _paid() -> re.Pattern[str]:
    return _any_of(_phrases()["paid"]["patterns"])


@cache
def _author_note() -> re.Pattern[str]:
    return _any_of(_phrases()["author_note"]["patterns"])


@cache
def _author_note_heading() -> re.Pattern[str]:
    return _any_of([_phrases()["author_note"]["heading"]])


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_filled(pattern)})" for pattern in patterns), re.IGNORECASE | re.DOTALL)


def _filled(pattern: str) -> str:
    """Return a pattern with the meaning of each `<name>` in it, in the order of `[words]`."""
    for name, meaning in _phrases()["words"].items():
        pattern = pattern.replace(f"<{name}>", f"(?:{meaning})")
    return pattern
