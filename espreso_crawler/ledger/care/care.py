"""The ledger's door for commands: how it stands, whether the output agrees, and what people decide about it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from espreso_crawler.exceptions import ArgumentError, ExitCode, LedgerError
from espreso_crawler.ledger.articles.decisions import Decision, Record
from espreso_crawler.ledger.care import (
    catching_up,
    evidence,
    forgetting,
    held_rows,
    history,
    moving,
    rebuild,
    reconcile,
    reextracting,
    releasing,
    repair,
    retraction,
    status,
)
from espreso_crawler.ledger.care.evidence import Evidence
from espreso_crawler.ledger.care.forgetting import Forgotten
from espreso_crawler.ledger.care.inspection import SEAL_WAIT, inspected
from espreso_crawler.ledger.care.reconcile import Report
from espreso_crawler.ledger.care.reextracting import Reextracted
from espreso_crawler.ledger.care.releasing import Released
from espreso_crawler.ledger.care.restoring import FieldDigests
from espreso_crawler.ledger.delivery import tail
from espreso_crawler.ledger.delivery.lines import Stream
from espreso_crawler.ledger.delivery.segment_paths import SegmentFile
from espreso_crawler.ledger.delivery.tail import SealedLine
from espreso_crawler.ledger.ledger import Ledger
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.runs import Run, new_run_id
from espreso_crawler.ledger.store import outbox_rows
from espreso_crawler.ledger.store.opening import Place, is_there, shown
from espreso_crawler.object_path import OutputPath
from espreso_crawler.progress import Track, untracked


@dataclass(frozen=True)
class LedgerCare:
    """A ledger and its output, for commands; crawls may write them meanwhile. Every method may raise LedgerError.

    ``output`` and ``state`` are the folders of ``ESPRESO_OUTPUT`` and ``ESPRESO_STATE``.
    """

    database: Place
    output: OutputPath
    state: Path

    def status(self) -> dict[str, Any]:
        """Return what ``scrapy ledger --json`` prints; times are text in UTC. Reads every entry and revision."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return status.status(session)

    def held_rows(self, most: int) -> list[dict[str, Any]]:
        """Return at most `most` rows in quarantine, the newest ones, with run and reason."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return held_rows.held_rows(session, most)

    def history(self, target: str) -> dict[str, Any]:
        """Return revisions and feed moves of an article, by id or address; times are text in UTC.

        A revision has its ``record`` if its sealed file is there, else null. Raises ArgumentError for an unknown
        article.
        """
        with inspected(self.database, output=self.output, state=self.state) as session:
            return history.history(session, target)

    def evidence(self) -> Iterator[Evidence]:
        """Yield every record that points to a page of the archive: see `care.evidence`."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            yield from evidence.evidence(session)

    def moved_away(self) -> int:
        """Return how many sealed files of articles were noted as lying elsewhere."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return evidence.moved_away(session)

    def reconcile(self, track: Track = untracked) -> Report:
        """Compare every sealed file with the ledger."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return reconcile.reconcile(session, track)

    def catch_up(self, field_digests: FieldDigests) -> list[str]:
        """Read into a ledger from a backup what was sealed after it; returns a sentence for each file."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return catching_up.catch_up(session, field_digests)

    def repair(self, report: Report) -> list[str]:
        """Repair what `reconcile` found; returns a sentence for each thing that was repaired or cannot be."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return repair.repair(session, report)

    def archive(self, paths: Sequence[Path]) -> list[str]:
        """Note that sealed files were moved elsewhere; returns a sentence for each."""
        with inspected(self.database, output=self.output, state=self.state) as session:
            return repair.archive(session, paths)

    def rebuild(self, field_digests: FieldDigests) -> dict[str, int]:
        """Make a new ledger from sealed files; returns how many segments, articles, entries it knows."""
        return rebuild.rebuild(self.database, output=self.output, state=self.state, field_digests=field_digests)

    def copy(self, target: Place) -> dict[str, int]:
        """Copy the ledger to another place: see `care.moving`."""
        return moving.copy(self.database, target, output=self.output, state=self.state)

    @contextmanager
    def as_run(
        self, name: str, arguments: Mapping[str, str], *, record: Record, rules: Rules
    ) -> Iterator["DecidingRun"]:
        """Open an existing ledger for a command that writes lines, as a run; everything is sealed at the end."""
        if not is_there(self.database):
            raise LedgerError(
                f"{shown(self.database)}: there is no ledger; a crawl makes one, "
                "`scrapy ledger reconcile --rebuild` restores one"
            )
        started_at = datetime.now(UTC)
        run = Run(new_run_id(started_at), name, arguments, started_at)
        ledger = Ledger.open(self.database, output=self.output, state=self.state, run=run, record=record, rules=rules)
        try:
            yield DecidingRun(ledger)
            _seal(ledger)
        except (ArgumentError, LedgerError) as error:
            with suppress(LedgerError):
                ledger.close("refused", ExitCode.ARGUMENT if isinstance(error, ArgumentError) else ExitCode.OUTPUT)
            raise
        except BaseException:
            ledger.abandon()
            raise
        ledger.close("finished", ExitCode.OK)

    # These read only sealed files, and need no ledger.

    @staticmethod
    def tail(output: OutputPath, *, after: int, stream: Stream = "articles") -> Iterator[SealedLine]:
        """Yield the lines of every sealed segment with a number above `after`: keep the last number you have finished.

        Numbers rise but may have holes: a segment that `scrapy ledger forget` rewrites goes, and its other lines come
        again under a new number.
        """
        return tail.tail(output, after=after, stream=stream)

    @staticmethod
    def whole(output: OutputPath, *, after: int = 0, stream: Stream = "articles") -> Iterator[SealedLine]:
        """Yield lines as `tail` does, until a look finds no new file."""
        return tail.whole(output, after=after, stream=stream)

    @staticmethod
    def newer(output: OutputPath, *, after: int, stream: Stream = "articles") -> list[SegmentFile]:
        """Return the sealed segments with a number above `after`, in order."""
        return tail.newer(output, after=after, stream=stream)


class DecidingRun:
    """A run in which a person decides about rows: see `LedgerCare.as_run`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def changed(self, run: str) -> dict[str, dict[str, Any]]:
        """Return what a run saw of each edition that it found changed."""
        return self._ledger.baselines.changed(run)

    def learn(self, edition: str, tally: dict[str, Any], *, anew: bool) -> None:
        """Add what was seen of an edition to its baseline; with `anew`, in place of all before it."""
        self._ledger.baselines.add(edition, tally, anew=anew)

    def has_quarantine(self, run: str) -> bool:
        """Whether any row of a run is in quarantine."""
        return releasing.has_quarantine(self._ledger, run)

    def release(self, run: str) -> Released:
        """Write a run's rows that are in quarantine. Raises ArgumentError if there are none."""
        return releasing.release(self._ledger, run)

    def discard(self, run: str, *, reason: str) -> tuple[int, int]:
        """Drop a run's rows in quarantine; returns how many, and how many of their entries are pending now."""
        return releasing.discard(self._ledger, run, reason=reason)

    def retract(self, target: str, *, reason: str) -> list[Decision]:
        """Take back what a run wrote, or one article; `target` is the id of either."""
        return retraction.retract(self._ledger, target, reason=reason)

    def reextract(self, drafts: Sequence[Reextracted]) -> int:
        """Write revisions of pages that were read again; returns how many: see `care.reextracting`."""
        return reextracting.reextract(self._ledger, drafts)

    def to_forget(self, target: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the ids and the addresses, without scheme, that `forget` would take out."""
        return forgetting.names(self._ledger, target)

    def forget(self, target: str, *, reason: str) -> Forgotten:
        """Take an article out everywhere, for good; `target` is its id or address."""
        return forgetting.forget(self._ledger, target, reason=reason)


def _seal(ledger: Ledger) -> None:
    """Seal what was emitted, waiting for another process that seals."""
    ledger.segments.seal(wait=SEAL_WAIT)
    if left := outbox_rows.unsealed(ledger.session.db, ledger.run.id):
        raise LedgerError(
            f"{left} lines are not in a file yet, because another process is sealing; "
            "a later crawl or command seals them"
        )
