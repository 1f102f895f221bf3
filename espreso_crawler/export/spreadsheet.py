"""CSV that a spreadsheet may open: one table, and no cell in it is a formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from espreso_crawler.export.fields import FLAT, LONGEST_CELL, flat_rows
from espreso_crawler.export.job import Job
from espreso_crawler.export.source import Row

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for an older encoding."""
LIST = "|"
# What makes a cell a formula (OWASP, "CSV Injection"), and the apostrophe, so that neutralising can be undone. A
# spreadsheet whose separator is the semicolon, as in Ukraine, begins a cell after one; so does a line break where
# quotation marks are misread.
FORMULA = "['=+@＝＋－＠\t\r-]"
AFTER = r"([;\t\r\n] *)"
DANGEROUS = re.compile(rf"{AFTER}(?={FORMULA})")
NEUTRALISED = re.compile(rf"{AFTER}'(?={FORMULA})")


def write(rows: Iterable[Row], job: Job) -> int:
    """Write the rows with a header line; returns how many there were."""
    fields = FLAT[job.what]
    text = io.TextIOWrapper(job.file, encoding="utf-8", newline="", write_through=True)
    text.write(BOM)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([field.name for field in fields])
    count = 0
    for row in rows:
        for record in flat_rows(row, job.what):
            writer.writerow([cell(record[field.name]) for field in fields])
            count += 1
    text.detach()
    return count


def cell(value: Any) -> str:
    """Return a value as a cell: lists are separated by ``|``, text is neutralised and cut.

    >>> cell("=1+1"), cell(["a", "b"]), cell(True), cell(None)
    ("'=1+1", 'a|b', 'true', '')
    """
    if isinstance(value, bool):
        return str(value).lower()
    text = LIST.join(value) if isinstance(value, list) else "" if value is None else str(value)
    return neutralised(text)[:LONGEST_CELL]


def neutralised(text: str) -> str:
    """Return a text with an apostrophe before whatever would make it a formula.

    >>> neutralised("A; =cmd"), neutralised("'tis"), neutralised("5 - 3")
    ("A; '=cmd", "''tis", '5 - 3')
    """
    # The first character is the cell's own beginning; a line break stands in for it.
    return DANGEROUS.sub(r"\1'", f"\n{text}")[1:]


def restored(text: str) -> str:
    """Return what a text was before `neutralised`.

    >>> restored("A; '=cmd"), restored("''tis")
    ('A; =cmd', "'tis")
    """
    return NEUTRALISED.sub(r"\1", f"\n{text}")[1:]
