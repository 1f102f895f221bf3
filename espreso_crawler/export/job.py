"""What every format's writer is given: what is written, where to, and what is known of the concepts in tags."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from espreso_crawler.export.source import What
from espreso_crawler.vocabularies.concepts import Concept


@dataclass(frozen=True)
class Job:
    """One export, as its writer sees it."""

    what: What
    file: BinaryIO
    """Where the bytes go, in one stream."""
    path: Path | None
    """The same as a file that is not in its place yet; None for standard output."""
    concepts: Callable[[], Mapping[str, Concept]] = dict
    """The vocabularies by id; read when they are first asked for."""
