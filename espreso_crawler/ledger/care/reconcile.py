"""Ledger against output: what is missing, doubled, foreign or damaged; it changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.care.inspection import sealing_stopped
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.lines import STREAMS, Stream
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, comparison, revision_rows, segment_rows
from espreso_crawler.ledger.store.comparison import Line
from espreso_crawler.object_path import OutputPath
from espreso_crawler.progress import Track, untracked


@dataclass(slots=True)
class Report:
    """What a comparison found. Paths are relative to the output folder."""

    missing_segments: list[str] = field(default_factory=list)
    spoilt_segments: list[str] = field(default_factory=list)
    """Data that is not what was sealed."""
    wrong_manifests: list[str] = field(default_factory=list)
    foreign_files: list[str] = field(default_factory=list)
    """Data files this ledger did not write."""
    missing_lines: list[Line] = field(default_factory=list)
    doubled_lines: list[Line] = field(default_factory=list)
    strange_lines: list[Line] = field(default_factory=list)
    """Lines the ledger knows nothing of."""
    torn_lines: list[str] = field(default_factory=list)
    """``path:line number`` of what is no JSON object with id and revision."""
    awaited_lines: list[Line] = field(default_factory=list)
    """Lost and given back: the next crawl writes them again."""
    lost_for_good: int = 0
    """Older revisions whose text is nowhere any more, as an earlier repair recorded."""
    lines: int = 0
    segments: int = 0

    def is_well(self) -> bool:
        """Whether ledger and output agree in everything."""
        return not any(
            (
                self.missing_segments,
                self.spoilt_segments,
                self.wrong_manifests,
                self.foreign_files,
                self.missing_lines,
                self.doubled_lines,
                self.strange_lines,
                self.torn_lines,
                self.awaited_lines,
            )
        )


def reconcile(session: Session, track: Track = untracked) -> Report:
    """Compare every sealed file with the ledger, while nothing is sealed. Reads the whole output twice."""
    report = Report()
    with sealing_stopped(session, beside_strangers=True):
        comparison.begin(session.db)
        for stream in STREAMS:
            _compare_files(session, stream, report, track)
        report.missing_lines = comparison.missing(session.db)
        report.strange_lines = comparison.strange(session.db)
        report.awaited_lines = article_rows.awaited(session.db)
        report.lost_for_good = revision_rows.lost(session.db)
    return report


def _compare_files(session: Session, stream: Stream, report: Report, track: Track) -> None:
    expected = segment_rows.sealed(session.db, stream)
    there = {
        segment_paths.relative(file.path, session.output): file.path
        for file in segment_paths.segment_files(session.output, stream)
    }
    report.segments += len(expected)
    report.missing_segments += sorted(expected.keys() - there)
    report.foreign_files += sorted(there.keys() - expected)
    both = sorted(expected.keys() & there)
    for name in track(both, f"files of {stream} compared", len(both)):
        row, written = expected[name], files.measure(there[name])
        if (written.sha256, written.bytes) != (row["sha256"], row["bytes"]):
            report.spoilt_segments.append(name)
        elif (segment_paths.read_manifest(there[name]) or {}).get("sha256") != row["sha256"]:
            report.wrong_manifests.append(name)
    if stream == "articles":
        for name in track(sorted(there), "files of articles read", len(there)):
            _note_lines(session, name, there[name], report, counts=name not in report.spoilt_segments)


def _note_lines(session: Session, name: str, path: OutputPath, report: Report, *, counts: bool) -> None:
    """Note the lines of a file; those of a damaged file do not count, because it is to be moved away."""
    pairs = [_pair(line) for line in _lines(path)]
    report.lines += len(pairs)
    report.torn_lines += [f"{name}:{number}" for number, pair in enumerate(pairs, start=1) if pair is None]
    if counts:
        with session.db.transaction("found"):
            report.doubled_lines += comparison.note(session.db, [pair for pair in pairs if pair])


def _lines(path: OutputPath) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise LedgerError(f"{error.filename}: {error.strerror}") from error


def _pair(line: bytes) -> Line | None:
    try:
        record: Any = orjson.loads(line)
        return str(record["id"]), int(record["revision"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
