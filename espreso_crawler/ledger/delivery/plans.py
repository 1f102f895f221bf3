"""A plan: which segment is to be delivered, what its manifest says, and whether its file is there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.object_path import OutputPath


@dataclass(frozen=True, slots=True)
class Plan:
    """A segment that is to be delivered."""

    stream: Stream
    number: int
    run: str
    path: str
    schema_version: str
    first_at: str | None
    last_at: str | None
    rows: str
    """The outbox rows it takes, as a JSON list."""
    replaces: int | None


def manifest(plan: Plan, written: files.Written) -> dict[str, Any]:
    """Return what a segment's manifest says; times are UTC."""
    return {
        "stream": plan.stream,
        "segment": plan.number,
        "run_id": plan.run,
        "file": Path(plan.path).name,
        "count": written.count,
        "bytes": written.bytes,
        "sha256": written.sha256,
        "schema_version": plan.schema_version,
        "first_emitted_at": plan.first_at,
        "last_emitted_at": plan.last_at,
        "replaces": [] if plan.replaces is None else [plan.replaces],
    }


def delivered(plan: Plan, path: OutputPath) -> files.Written | None:
    """Return what the file of a plan holds, None where it is not whole, or is another ledger's."""
    if not path.exists():
        return None
    written, told = files.measure(path), segment_paths.read_manifest(path) or {}
    return written if (told.get("run_id"), told.get("sha256")) == (plan.run, written.sha256) else None
