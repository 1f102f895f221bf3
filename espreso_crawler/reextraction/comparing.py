"""What differs between a record and the same page read again; pure."""

from collections.abc import Mapping
from dataclasses import fields

import msgspec

from espreso_crawler.items import Article

Raw = Mapping[str, msgspec.Raw]
"""A record's fields, each as its JSON."""

DECIDED = frozenset({
    "event", "id", "revision", "changes", "change_kind", "silent", "retracts", "reason", "emitted_at", "run_id",
})  # fmt: skip
"""What only the ledger knows."""
OF_THE_FORMAT = frozenset({"schema_version", "extractor_version", "vocabulary_version"})
OF_THE_CAPTURE = frozenset({"fetched_at", "evidence", "feed"})
DERIVED = frozenset({"text_digest", "record_digest"})
"""They differ whenever a field does that they are made from."""
OF_OTHERS = frozenset({"near_duplicate_of", "similarity"})
"""They depend on other articles."""
COMPARED = tuple(
    field.name
    for field in fields(Article)
    if field.name not in DECIDED | OF_THE_FORMAT | OF_THE_CAPTURE | DERIVED | OF_OTHERS | {"provenance"}
)
PROVENANCE = "provenance"
LONGEST = 200
"""Characters of a value in an example."""


class Change(msgspec.Struct, array_like=True):
    """One field that differs; values as JSON, cut."""

    field: str
    before: str
    now: str


def changes(before: Raw, now: Raw, without: frozenset[str] = frozenset()) -> list[Change]:
    """Return the fields that differ, in the order of the record, but for those `without` which it is compared.

    `provenance` counts only where it says something else of a field that is as it was.
    """
    found = [
        Change(name, *_shown(before.get(name), now.get(name)))
        for name in COMPARED
        if name not in without and _differs(name, before, now)
    ]
    if not _differs(PROVENANCE, before, now):
        return found
    names = {change.field for change in found}
    then, today = (_sources(record, names) for record in (before, now))
    if then != today:
        differing = [name for name in then | today if then.get(name) != today.get(name)]
        pairs = [{name: each[name] for name in differing if name in each} for each in (then, today)]
        found.append(Change(PROVENANCE, *(_cut(msgspec.json.encode(pair).decode()) for pair in pairs)))
    return found


def _differs(name: str, before: Raw, now: Raw) -> bool:
    one, other = before.get(name), now.get(name)
    return bytes(one or b"null") != bytes(other or b"null")


def _sources(record: Raw, without: set[str]) -> dict[str, object]:
    raw = record.get(PROVENANCE)
    if raw is None:
        return {}
    lines = msgspec.json.decode(raw, type=list[dict[str, object]])
    return {str(line["field"]): line for line in lines if line["field"] not in without}


def _shown(before: msgspec.Raw | None, now: msgspec.Raw | None) -> tuple[str, str]:
    """Return two values from a little before the place where they part."""
    one, other = (bytes(each or b"null").decode("utf-8", "replace") for each in (before, now))
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    begin = max(at - LONGEST // 4, 0) if max(len(one), len(other)) > LONGEST else 0
    return _cut(one, begin), _cut(other, begin)


def _cut(text: str, begin: int = 0) -> str:
    shown = text[begin : begin + LONGEST]
    return ("…" if begin else "") + shown + ("…" if len(text) > begin + LONGEST else "")
