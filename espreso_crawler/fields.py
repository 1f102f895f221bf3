"""What a field of the record is beside its type and meaning; forms, withholding, digests and lists of fields follow.

A field says it once, in `items.py`: ``field(default=None, metadata=about(NOT_EMPTY, content=True, digest=text(1)))``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple

from espreso_crawler import identity, site

# Forms, in the words of JSON Schema; for a list, the form of its members.
# RFC 3339, section 5.6, with whole seconds. The site's times keep their offset; ours are UTC and end in Z.
SITE_TIME = {"pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$"}
OUR_TIME = {"pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
DAY = {"pattern": r"^\d{4}-\d{2}-\d{2}$"}
ADDRESS = {"pattern": r"^https?://[^\s]+$"}
DIGEST = {"pattern": r"^sha256:[0-9a-f]{64}$"}
_EDITION = r"[a-z0-9][a-z0-9._-]*"
EDITION = {"pattern": rf"^{_EDITION}$"}
ID = {"pattern": rf"^{_EDITION}:[^\s]+$"}
ENTITY_ID = {"pattern": r"^[0-9]+$"}
CONCEPT_ID = {"pattern": r"^[a-z]+:[^\s]+$"}
LANGUAGE = {"enum": list(site.LANGUAGES)}
# Words of any script, joined by hyphens: a label that no vocabulary knows is a slug of itself.
LABEL = {"pattern": r"^[^\s_A-Z-]+(-[^\s_A-Z-]+)*$"}
EXTRACTOR = {"pattern": r"^[0-9]+(\.[0-9]+)*$"}
RUN_ID = {"pattern": r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$"}
OFFSET = {"minimum": 0}
FROM_ONE = {"minimum": 1}
SHARE = {"minimum": 0, "maximum": 1}
HEADING_LEVEL = {"minimum": 2, "maximum": 4}
HTTP_STATUS = {"minimum": 100, "maximum": 599}
NOT_EMPTY = {"minLength": 1}
RAW = {"maxLength": 300}


class Digest(NamedTuple):
    """Where a field stands in the digests: those of `text` are in both, those of `record` in the second only."""

    of: Literal["text", "record"]
    place: int
    """A new field gets the last one: a digest changes with the order of its fields."""
    otherwise: str | None = None
    """The field that counts while this one is empty."""


def text(place: int) -> Digest:
    """Put a field into both digests."""
    return Digest("text", place)


def record(place: int, otherwise: str | None = None) -> Digest:
    """Put a field into the record's digest."""
    return Digest("record", place, otherwise)


@dataclass(frozen=True, slots=True)
class About:
    """What `items.py` says of a field."""

    form: Mapping[str, Any]
    is_content: bool
    """Whether it is what the page says: empty once the article is removed, retracted or erased."""
    is_withheld: bool
    """Whether it is left out when page or site reserve text and data mining."""
    digest: Digest | None
    is_digested_part: bool
    """Of a part: whether it counts in the digest of the fields that hold the part."""


PLAIN = About({}, is_content=False, is_withheld=False, digest=None, is_digested_part=False)


def about(
    form: Mapping[str, Any] | None = None,
    *,
    content: bool = False,
    withheld: bool = False,
    digest: Digest | None = None,
    digested: bool = False,
) -> dict[str, About]:
    """Return a field's metadata; what is withheld is content."""
    said = About(form or {}, content or withheld, withheld, digest, digested)
    return {"about": said}


def about_of(of: "Field[Any]") -> About:
    """Return what is said of a field."""
    said: About = of.metadata.get("about", PLAIN)
    return said


@cache
def names(shape: type, wanted: Callable[[About], object]) -> tuple[str, ...]:
    """Return the names of the fields of which something is said, in their order."""
    return tuple(each.name for each in fields(shape) if wanted(about_of(each)))


def is_content(said: About) -> bool:
    """Return whether a field is content."""
    return said.is_content


def is_withheld(said: About) -> bool:
    """Return whether a field is left out of a reserved article."""
    return said.is_withheld


def empty(item: Any, wanted: Callable[[About], object]) -> None:
    """Empty the fields of which something is said: None, or an empty list."""
    shape: Any = type(item)
    for name in names(shape, wanted):
        each = item.__dataclass_fields__[name]
        setattr(item, name, each.default if each.default is not MISSING else each.default_factory())


def digests(item: Any) -> identity.Digests:
    """Return the digests of an item's fields, in their places."""
    shape: Any = type(item)
    found: dict[str, dict[str, str | None]] = {"text": {}, "record": {}}
    for name, how in digested(shape):
        value = getattr(item, name)
        if value is None and how.otherwise:
            value = getattr(item, how.otherwise)
        found[how.of][name] = _as_text(value)
    return identity.digests(**found)


@cache
def digested(shape: type) -> tuple[tuple[str, Digest], ...]:
    """Return the fields that are in a digest, in their places."""
    found = [(each.name, how) for each in fields(shape) if (how := about_of(each).digest)]
    return tuple(sorted(found, key=lambda pair: pair[1].place))


def _as_text(value: Any) -> str | None:
    if isinstance(value, list):
        return identity.joined(part for each in value for part in _parts(each))
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    return value if value is None else str(value)


def _parts(member: Any) -> Iterator[str | None]:
    if not is_dataclass(member):
        yield _as_text(member)
        return
    shape: Any = type(member)
    for name in names(shape, _is_part):
        yield _as_text(getattr(member, name))


def _is_part(said: About) -> bool:
    return said.is_digested_part
