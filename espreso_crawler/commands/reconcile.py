"""``scrapy ledger reconcile``: proves that ledger and output agree, or says line by line where they do not."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from espreso_crawler.exceptions import ExitCode
from espreso_crawler.items import DIGESTED, Article, article_digests
from espreso_crawler.ledger import Report
from espreso_crawler.ledger_command import LedgerCommand
from espreso_crawler.progress import Track, tracking
from espreso_crawler.progress.words import many


class Command(LedgerCommand):
    """Compares every sealed file with the ledger; exit code 0 only when all is well."""

    purpose = "Compare the ledger with the sealed output"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument(
            "--fix",
            action="store_true",
            help="read into a ledger from a backup what was sealed since, move foreign and damaged files away, and "
            "let the next crawl write lost articles again",
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="make a new ledger from the sealed files when it is lost"
        )
        parser.add_argument(
            "--archived",
            nargs="+",
            type=Path,
            default=[],
            metavar="FILE",
            help="note that these sealed files were moved away on purpose",
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what was asked for, then compare and print what was found."""
        self.exitcode = int(ExitCode.OUTPUT)  # until somebody could read that all is well
        with tracking(self.given["ESPRESO_PROGRESS"]) as track:
            report = self._report(opts, track)
        for line in described(report):
            print(line)
        sys.stdout.flush()
        self.exitcode = int(ExitCode.OK if report.is_well() else ExitCode.OUTPUT)

    def _report(self, opts: argparse.Namespace, track: Track) -> Report:
        """Rebuild, archive and repair as asked, telling what is done, and compare."""
        care = self.care
        if opts.rebuild:
            counts = care.rebuild(field_digests)
            print("rebuilt: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        if opts.archived:
            for done in care.archive(opts.archived):
                print(done)
        if opts.fix:
            for done in care.catch_up(field_digests):
                print(done)
        report = care.reconcile(track)
        if opts.fix and not report.is_well():
            for done in care.repair(report):
                print(done)
            report = care.reconcile(track)
        return report


def described(report: Report) -> Iterator[str]:
    """Yield one line for everything that was found, and one that sums up."""
    files = {
        "missing file": report.missing_segments,
        "damaged file": report.spoilt_segments,
        "manifest mismatch": report.wrong_manifests,
        "foreign file": report.foreign_files,
        "torn line": report.torn_lines,
    }
    lines = {
        "missing line": report.missing_lines,
        "doubled line": report.doubled_lines,
        "unknown line": report.strange_lines,
        "line to be written again": report.awaited_lines,
    }
    count = 0
    for what, names in files.items():
        yield from (f"{what}: {name}" for name in names)
        count += len(names)
    for what, pairs in lines.items():
        yield from (f"{what}: {id_} revision {revision}" for id_, revision in pairs)
        count += len(pairs)
    if report.lost_for_good:
        yield f"lost for good: {report.lost_for_good} older revisions, as recorded when they were repaired"
    verdict = "all is well" if report.is_well() else f"not well: {many(count, 'finding')}"
    yield f"{verdict}: {many(report.lines, 'line')} of articles, {many(report.segments, 'segment')} of all streams"


def field_digests(record: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the field digests of a record of the output, as its crawl made them."""
    return article_digests(_article(record)).fields


def _article(record: Mapping[str, Any]) -> Article:
    """Return what digests are made from; everything else stays empty."""
    return msgspec.convert({name: record[name] for name in DIGESTED}, Article)
