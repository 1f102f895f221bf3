"""The commands of `scrapy ledger` on the archive of pages: is it whole, and what of it may go."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from espreso_crawler.archive import Pointed, Pointer, Verified, finish_forgetting, prune, verify
from espreso_crawler.command import refuse
from espreso_crawler.exceptions import ArchiveError, ArgumentError, ConfigurationError, ExitCode
from espreso_crawler.ledger import Evidence
from espreso_crawler.ledger_command import LedgerCommand
from espreso_crawler.places import places
from espreso_crawler.progress import tracking
from espreso_crawler.progress.words import many

UNITS = {"h": "hours", "d": "days", "w": "weeks"}
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}


class ArchiveCommand(LedgerCommand):
    """Base of both."""

    @property
    def folder(self) -> Path:
        """The archive. Raises ConfigurationError when there is none."""
        folder = places(self.given).archive
        if folder is None:
            raise ConfigurationError("ESPRESO_ARCHIVE is not set: it names the folder of the archive")
        if not folder.is_dir():
            raise ConfigurationError(f"ESPRESO_ARCHIVE: {folder} is not a folder")
        return folder


class VerifyArchive(ArchiveCommand):
    """Reads the whole archive; exit code 0 only when all is well."""

    name = "verify-archive"
    purpose = "Check the archive of pages: chain, indexes, digests, and that every record points to its page"

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Verify, and print a line for each finding and one that sums up."""
        self.exitcode = int(ExitCode.OUTPUT)  # until somebody could read that all is well
        with tracking(self.given["ESPRESO_PROGRESS"]) as track:
            found = verify(self.folder, map(_pointed, self.care.evidence()), track)
        for finding in found.findings:
            print(finding)
        print(_summed_up(found))
        sys.stdout.flush()
        self.exitcode = int(ExitCode.OUTPUT if found.findings else ExitCode.OK)


class PruneArchive(ArchiveCommand):
    """Deletes files of the archive that are old, or too many, and that no record needs."""

    name = "prune-archive"
    purpose = "Delete old files of the archive; what records point to stays, unless you ask"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument(
            "--older-than", metavar="90d", help="delete files that were sealed longer ago: 36h, 90d, 8w"
        )
        parser.add_argument(
            "--max-size",
            metavar="20GB",
            help="delete the oldest files until the others are this large at most: MB, GB, TB",
        )
        parser.add_argument("--with-evidence", action="store_true", help="delete also files that records point to")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Delete, and print what was deleted and what was due but stays."""
        now = datetime.now(UTC)
        older_than = now - _span(opts.older_than) if opts.older_than else None
        most = _size(opts.max_size) if opts.max_size else None
        if older_than is None and most is None:
            raise ArgumentError("give --older-than, --max-size or both")
        folder = self.folder
        if not opts.dry_run:
            self._finish_forgetting(folder)
        done = prune(
            folder,
            older_than=older_than,
            most_bytes=most,
            needed=set() if opts.with_evidence else self._needed(),
            now=now,
            is_trial=opts.dry_run,
        )
        for name in done.deleted:
            print(f"{'would delete' if opts.dry_run else 'deleted'} {name}")
        for name in done.held:
            print(f"stays, records point to it: {name}")
        print(f"{many(len(done.deleted), 'file')}, {done.freed:,} bytes; {done.left:,} bytes are left")

    def _finish_forgetting(self, folder: Path) -> None:
        """Finish what a `forget` that was killed left. What keeps it from that keeps nothing from being pruned."""
        try:
            finish_forgetting(folder, waits=True)
        except ArchiveError as error:
            refuse(self, f"what was to be forgotten is not: {error}", ExitCode.OUTPUT)

    def _needed(self) -> set[str]:
        if count := self.care.moved_away():
            raise ArgumentError(
                f"{count} sealed files were moved away, and what their records point to is not known: put them back, "
                "or give --with-evidence"
            )
        return {each.file for each in self.care.evidence()}


def _pointed(each: Evidence) -> Pointed:
    return Pointed(f"{each.id} revision {each.revision}", Pointer(each.file, each.offset), each.payload_sha256)


def _summed_up(found: Verified) -> str:
    verdict = f"not well: {many(len(found.findings), 'finding')}" if found.findings else "all is well"
    told = (
        f"{verdict}: {many(found.files, 'file')}, {many(found.answers, 'answer')}, "
        f"{many(found.pointers, 'record')} with a page"
    )
    pruned = f"; {found.pruned} point to files that were pruned" if found.pruned else ""
    return told + pruned + (f"; {found.elsewhere} point into archives of others" if found.elsewhere else "")


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+)([hdw])", text)
    if not match:
        raise ArgumentError(f"--older-than {text}: give hours, days or weeks, such as 36h, 90d, 8w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(MB|GB|TB)", text)
    if not match:
        raise ArgumentError(f"--max-size {text}: give MB, GB or TB, such as 500MB, 20GB")
    return int(float(match[1]) * SIZES[match[2]])
