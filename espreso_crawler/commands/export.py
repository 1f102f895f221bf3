"""``scrapy export``: sealed output in the forms that other people's tools open; needs no ledger."""

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from scrapy.settings import BaseSettings

from espreso_crawler.command import EspresoCommand, refuse
from espreso_crawler.exceptions import ArgumentError, ExitCode
from espreso_crawler.export.formats import ALL, FORMATS
from espreso_crawler.export.source import Source
from espreso_crawler.export.writing import to_folder, to_stream
from espreso_crawler.extensions.vocabularies import vocabularies_of
from espreso_crawler.output_places import is_folder
from espreso_crawler.places import base, places
from espreso_crawler.progress import tracking
from espreso_crawler.progress.words import many
from espreso_crawler.spiders.arguments import instant
from espreso_crawler.vocabularies.concepts import Concept, Vocabularies

FOLDER = "export"
STDOUT = "-"
NO_CLUSTER = (
    "--cluster: a cluster saves nothing here: most of an export is the writing of one file, which this machine "
    "does; docs/cluster.md has the figures. Export without it"
)


class Command(EspresoCommand):
    """Writes articles, revisions, changes of the feed or tags as one file of a format, or to standard output."""

    usage = "--format FORMAT [options]"
    purpose = "Write the output as Parquet, CSV, SQLite, JSON-LD, ninjs, Atom or JSON Lines"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--format", required=True, choices=FORMATS, help="which format")
        parser.add_argument("--what", choices=ALL, default="latest", help="which records (default: latest)")
        parser.add_argument(
            "--since", metavar="WHEN", help="only what was published (feed: seen) since then: a date, 36h, 7d"
        )
        parser.add_argument(
            "--to",
            default=FOLDER,
            metavar="FOLDER",
            help=f"folder, or - for standard output (default: {FOLDER})",
        )
        parser.add_argument("--cluster", metavar="ADDRESS", help="refused, because a cluster saves nothing here")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the export and say what it holds."""
        if opts.cluster is not None:
            raise ArgumentError(NO_CLUSTER)
        try:
            self._export(self.given, opts)
        except KeyboardInterrupt:
            refuse(self, "interrupted; no file was written", ExitCode.INTERRUPTED)

    def _export(self, settings: BaseSettings, opts: argparse.Namespace) -> None:
        if not is_folder(opts.to):
            raise ArgumentError(f"--to {opts.to}: give the path of a folder, or - for standard output")

        @cache
        def vocabularies() -> Vocabularies:
            return vocabularies_of(settings)

        @cache
        def concepts() -> Mapping[str, Concept]:
            return vocabularies().by_id()

        source = Source(
            places(settings).output,
            opts.what,
            since_of(opts.since),
            FORMATS[opts.format].newest_first,
            lambda: vocabularies().version,
        )
        with tracking(settings["ESPRESO_PROGRESS"]) as track:
            if opts.to == STDOUT:
                to_stream(source, opts.format, sys.stdout.buffer, concepts=concepts, track=track)
                return
            path, written = to_folder(source, opts.format, base() / opts.to, concepts=concepts, track=track)
        print(f"{many(written.count, 'record')}, {written.bytes} bytes: {path}")


def since_of(text: str | None) -> datetime | None:
    """Return what ``--since`` names, None for nothing. Raises ArgumentError for what is no time."""
    try:
        return instant(text) if text else None
    except ValueError as error:
        raise ArgumentError(f"--since {text}: {error}") from error
