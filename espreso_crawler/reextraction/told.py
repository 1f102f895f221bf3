"""A comparison for people: tables for a terminal, and one HTML page without a script."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from espreso_crawler.items import EXTRACTOR_VERSION
from espreso_crawler.reextraction.comparison import Comparison
from espreso_crawler.report.page import document

SHOWN = 20
"""Articles that a terminal shows; the page has them all."""


def summary(found: Comparison) -> str:
    """Return what was found, in a line."""
    records = "record" if found.compared == 1 else "records"
    parts = [
        f"{found.compared} {records} compared: {found.same} the same, {len(found.differing)} differ",
        f"{len(found.errors)} cannot be read" if found.errors else "",
        f"{found.missing} not in the archive" if found.missing else "",
    ]
    return "; ".join(filter(None, parts))


def tables(found: Comparison) -> Iterator[Table | Text]:
    """Yield what a terminal shows."""
    if found.fields:
        yield _fields(found)
        yield _articles(found)
    for outcome in found.errors[:SHOWN]:
        yield Text(f"{outcome.id}: {(outcome.error or '').strip().splitlines()[-1]}")
    if len(found.errors) > SHOWN:
        yield Text(f"… and {len(found.errors) - SHOWN} more that cannot be read")


def page(found: Comparison, since: str | None) -> str:
    """Return the HTML page. Raises `ConfigurationError` without the extra ``report``."""
    return document(
        "reextraction.html",
        {
            "summary": summary(found),
            "since": since,
            "today": EXTRACTOR_VERSION,
            "versions": sorted(found.versions.items()),
            "fields": list(found.by_field()),
            "differing": found.differing,
            "errors": found.errors,
        },
    )


def _fields(found: Comparison) -> Table:
    table = Table("field", "records", "gained", "lost", "changed", "example", title="fields that differ")
    for name, counts in found.by_field():
        id_, change = counts.examples[0]
        example = Text(f"{id_}\n- {change.before}\n+ {change.now}")
        numbers = (counts.records, counts.gained, counts.lost, counts.changed)
        table.add_row(name, *map(str, numbers), example)
    return table


def _articles(found: Comparison) -> Table:
    left = len(found.differing) - SHOWN
    caption = f"… and {left} more: --html FILE has them all" if left > 0 else None
    table = Table("article", "revision", "fields", "headline", title="articles that differ", caption=caption)
    for outcome in found.differing[:SHOWN]:
        names = ", ".join(change.field for change in outcome.changes)
        table.add_row(outcome.id, str(outcome.revision), names, Text(outcome.headline or ""))
    return table
