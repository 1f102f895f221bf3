"""``scrapy reextract``: archived pages read by today's rules, and what differs from what was emitted."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from scrapy.exceptions import UsageError

from espreso_crawler import record
from espreso_crawler.command import EspresoCommand, add_cluster, refuse
from espreso_crawler.commands.export import since_of
from espreso_crawler.exceptions import ConfigurationError, ExitCode, LedgerError
from espreso_crawler.extensions.ledger import rules_of
from espreso_crawler.extensions.readers import cluster_of
from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.ledger import DecidingRun, Draft, LedgerCare, Reextracted
from espreso_crawler.places import base, places
from espreso_crawler.progress import Track, tracking
from espreso_crawler.progress.words import many, megabytes
from espreso_crawler.reading import process_count

if TYPE_CHECKING:
    from espreso_crawler.export.source import Source
    from espreso_crawler.reading import Processes
    from espreso_crawler.reextraction.work import Outcome

BATCH = 200
"""Lines written in one transaction."""


class Command(EspresoCommand):
    """Compares, and writes nothing unless it is told to."""

    usage = "[options]"
    purpose = "Read archived pages again by today's rules, and show what differs from the output"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--diff", action="store_true", help="show what differs and write nothing (the default)")
        what.add_argument("--emit", action="store_true", help="write a reextracted revision of each that differs")
        parser.add_argument("--since", metavar="WHEN", help="articles published since: a date, 36h, 7d")
        parser.add_argument("--html", metavar="FILE", help="write the comparison as an HTML page too")
        add_cluster(parser)
        parser.add_argument("--path", metavar="FOLDER", help="folder of the archive (default: ESPRESO_ARCHIVE)")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Compare, and write what was asked for."""
        from espreso_crawler.archive.reading import require_packages  # noqa: PLC0415  # Scrapy imports every command

        require_packages()
        if opts.html:
            from espreso_crawler.report.page import check_template_package  # noqa: PLC0415

            check_template_package()
        try:
            self._compare(self._archive(opts.path), opts)
        except KeyboardInterrupt:
            refuse(self, "interrupted; what was written stays, and a second call goes on", ExitCode.INTERRUPTED)

    def _compare(self, archive: Path, opts: argparse.Namespace) -> None:
        from espreso_crawler.export.source import Source  # noqa: PLC0415
        from espreso_crawler.reextraction.comparison import Comparison  # noqa: PLC0415
        from espreso_crawler.reextraction.running import outcomes, started  # noqa: PLC0415
        from espreso_crawler.reextraction.told import page, summary, tables  # noqa: PLC0415
        from espreso_crawler.reextraction.work import ReextractionWork, Settings  # noqa: PLC0415

        settings, where = self.given, places(self.given)
        source = Source(where.output, "latest", since_of(opts.since))
        asked = Settings(
            archive,
            tagger_of(settings),
            settings.getbool("ESPRESO_DECODE_EMAILS"),
            withholds=settings["ESPRESO_OPT_OUT"] != "flag",
            is_to_emit=opts.emit,
        )
        work, found = ReextractionWork(asked), Comparison()
        processes: Processes[Outcome] | None = None

        def note() -> str:
            workers = many(processes.count, "worker") if processes else "no workers"
            return f"{workers}, {megabytes(found.size)}"

        with tracking(settings["ESPRESO_PROGRESS"], note) as track, self._writer(opts) as writer:
            count, cluster = process_count(settings.get("ESPRESO_READERS")), cluster_of(settings, [archive])
            processes = started(count, work, _tell, cluster)
            for outcome in outcomes(_lines(source, track), work, processes):
                writer.add(outcome)
                found.add(outcome)
            writer.flush()
        console = Console(highlight=False)
        for each in tables(found):
            console.print(each)
        print(summary(found) + (f"; {writer.written} reextracted revisions written" if opts.emit else ""))
        if opts.html:
            _write(base() / opts.html, page(found, opts.since))

    @contextmanager
    def _writer(self, opts: argparse.Namespace) -> Iterator["Writer"]:
        """Give what takes the outcomes: it opens the ledger only to write."""
        where = places(self.given)
        if not opts.emit:
            yield Writer(None)
            return
        if where.ledger is None:
            raise ConfigurationError("ESPRESO_LEDGER=none: a crawl without memory has no ledger")
        care = LedgerCare(where.ledger, output=where.output, state=where.state)
        given: Mapping[str, str] = {"since": opts.since} if opts.since else {}
        with care.as_run("reextract", given, record=record, rules=rules_of(self.given)) as deciding:
            yield Writer(deciding)

    def _archive(self, given: str | None) -> Path:
        folder = base() / given if given else places(self.given).archive
        if folder is None:
            raise ConfigurationError("ESPRESO_ARCHIVE is not set: name the folder of the archive, or give --path")
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder")
        return folder


class Writer:
    """Writes revisions in batches; without a run, none."""

    def __init__(self, run: DecidingRun | None) -> None:
        self.written = 0
        self._run = run
        self._waiting: list[Reextracted] = []

    def add(self, outcome: "Outcome") -> None:
        """Take what differs."""
        if self._run is None or outcome.draft is None:
            return
        draft = outcome.draft
        values = {name: getattr(draft, name) for name in draft.__struct_fields__ if name != "body"}
        self._waiting.append(
            Reextracted(
                Draft(
                    entry_url=None,
                    schema_version=record.SCHEMA_VERSION,
                    body=bytes(draft.body),
                    is_archived=True,
                    **values,
                ),
                outcome.id,
                outcome.revision,
                [change.field for change in outcome.changes],
            )
        )
        if len(self._waiting) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._run is not None and self._waiting:
            self.written += self._run.reextract(self._waiting)
        self._waiting = []


def _lines(source: "Source", track: Track) -> Iterator[bytes]:
    return (row.line for row in source.rows(track))


def _tell(why: str) -> None:
    print(f"Pages are not read in processes of their own any more ({why})", file=sys.stderr)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    except OSError as error:
        raise LedgerError(f"{error.filename or target}: {error.strerror}") from error
    print(f"the same as a page: {target}")
