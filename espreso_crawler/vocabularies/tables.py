"""Reads vocabulary tables: TSV, UTF-8, a header row, no quoting; every complaint names file, line and reason."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.vocabularies.stems import Pattern, patterns

BOM = b"\xef\xbb\xbf"
INVISIBLE = re.compile("[\u00a0\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    file: str
    line: int
    """From 1; the header is 1."""
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def source(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    def refuse(self, reason: str) -> NoReturn:
        """Raise `ConfigurationError` with file, line and reason."""
        raise ConfigurationError(f"{self.source}: {reason}")

    def required(self, column: str) -> str:
        """Return a cell that must not be empty."""
        return self[column] or self.refuse(f"missing field: {column} is empty")

    def listed(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell between ``|``."""
        parts = tuple(self[column].split("|")) if self[column] else ()
        if "" in parts:
            self.refuse(f"{column}: an empty part between two |")
        return parts

    def patterns(self, column: str) -> tuple[Pattern, ...]:
        """Return the patterns of a cell."""
        try:
            return patterns(self[column])
        except ValueError as error:
            self.refuse(f"{column}: bad {error}")


def rows(file: str, content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a table that must have these columns, in this order. Raises `ConfigurationError`."""
    text = _decoded(file, content)
    header, *lines = text.removesuffix("\n").split("\n")
    if missing := [column for column in columns if column not in header.split("\t")]:
        raise ConfigurationError(f"{file}:1: missing field: no column {', '.join(missing)}")
    if header.split("\t") != list(columns):
        raise ConfigurationError(f"{file}:1: give these columns, separated by tabs: {' '.join(columns)}")
    for line, words in enumerate(lines, 2):
        if words.startswith("#"):
            continue
        cells = words.split("\t")
        row = Row(file, line, dict(zip(columns, cells, strict=False)))
        if len(cells) != len(columns):
            row.refuse(f"missing field: {len(cells)} cells instead of {len(columns)}, separated by tabs")
        if found := INVISIBLE.search(words):
            row.refuse(f"holds the invisible character U+{ord(found[0]):04X}")
        if spaced := [column for column, cell in row.cells.items() if cell != cell.strip()]:
            row.refuse(f"{spaced[0]}: white space at its beginning or end")
        yield row


def _decoded(file: str, content: bytes) -> str:
    try:
        text = content.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{file}:{line}: wrong encoding: not UTF-8 ({error.reason})") from error
    return text.replace("\r\n", "\n")
