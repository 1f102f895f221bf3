"""All that a re-extraction found, counted as it comes: by field, by article, and what could not be compared."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from espreso_crawler.reextraction.comparing import Change
from espreso_crawler.reextraction.work import Outcome

EXAMPLES = 3
"""Examples that are kept of a field."""
EMPTY = ("null", "[]", "")


@dataclass(slots=True)
class OfField:
    """How records differ in one field."""

    gained: int = 0
    """It had no value, and has one now."""
    lost: int = 0
    changed: int = 0
    examples: list[tuple[str, Change]] = field(default_factory=list)
    """Ids and values."""

    @property
    def records(self) -> int:
        """How many records differ."""
        return self.gained + self.lost + self.changed


@dataclass(slots=True)
class Comparison:
    """What was compared."""

    same: int = 0
    differing: list[Outcome] = field(default_factory=list)
    size: int = 0
    """Bytes of the pages that were read, unpacked."""
    missing: int = 0
    """Records whose pages are in no archive."""
    errors: list[Outcome] = field(default_factory=list)
    """Records whose pages cannot be read, or not any more."""
    versions: Counter[str] = field(default_factory=Counter)
    """Extractor versions that wrote what was compared."""
    fields: dict[str, OfField] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count what became of a record."""
        self.size += outcome.size
        if outcome.missing:
            self.missing += 1
            return
        if outcome.extractor_version:  # not known where processes ended on the page
            self.versions[outcome.extractor_version] += 1
        if outcome.error:
            self.errors.append(outcome)
        elif outcome.changes:
            outcome.draft = None  # not kept: a line is as large as its page's text
            self.differing.append(outcome)
            for change in outcome.changes:
                self._count(outcome.id, change)
        else:
            self.same += 1

    @property
    def compared(self) -> int:
        """How many records were compared."""
        return self.same + len(self.differing)

    def by_field(self) -> Iterator[tuple[str, OfField]]:
        """Yield the fields that differ, the most frequent first."""
        yield from sorted(self.fields.items(), key=lambda pair: (-pair[1].records, pair[0]))

    def _count(self, id_: str, change: Change) -> None:
        counts = self.fields.setdefault(change.field, OfField())
        if change.before in EMPTY:
            counts.gained += 1
        elif change.now in EMPTY:
            counts.lost += 1
        else:
            counts.changed += 1
        if len(counts.examples) < EXAMPLES:
            counts.examples.append((id_, change))
