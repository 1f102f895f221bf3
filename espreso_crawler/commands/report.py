"""``scrapy report``: what came out, as one HTML page for people; works beside a crawl, and without a ledger."""

import argparse
import webbrowser
from pathlib import Path

from scrapy.exceptions import UsageError

from espreso_crawler.command import EspresoCommand, refuse
from espreso_crawler.commands.export import since_of
from espreso_crawler.exceptions import ExitCode
from espreso_crawler.extensions.vocabularies import vocabularies_of
from espreso_crawler.places import base, places
from espreso_crawler.progress import tracking
from espreso_crawler.progress.words import many

FILE = "espreso-report.html"


class Command(EspresoCommand):
    """Writes one HTML file from output and ledger: the newest articles, charts over time, and the crawl's health."""

    usage = "[options] [FILE]"
    purpose = "Write the output as one HTML page: articles, charts over time, health of the crawls"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--open", action="store_true", help="show the page in a browser")
        parser.add_argument("--public", action="store_true", help="leave out texts, pictures and this machine's paths")
        parser.add_argument("--since", metavar="WHEN", help="only articles published since then: a date, 36h, 7d")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options over; the one argument is the file."""
        is_file = len(args) == 1 and not args[0].startswith("-")
        super().process_options([] if is_file else args, opts)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the page and say where it is."""
        from espreso_crawler.report.writing import Report, write  # noqa: PLC0415  # Scrapy imports every command

        settings, where = self.given, places(self.given)
        target = base() / (args[0] if args else FILE)
        if target.is_dir():
            raise UsageError(f"{target}: it is a folder; give a file")
        report = Report(
            where.output,
            where.state,
            where.ledger,
            since=since_of(opts.since),
            is_public=opts.public,
            vocabulary_version=lambda: vocabularies_of(settings).version,
        )
        try:
            with tracking(settings["ESPRESO_PROGRESS"]) as track:
                written = write(report, target, track=track)
        except KeyboardInterrupt:
            refuse(self, "interrupted; no file was written", ExitCode.INTERRUPTED)
            return
        print(f"{many(written.articles, 'article')}, {written.bytes} bytes: {target}")
        if opts.open and not webbrowser.open(Path(target).as_uri()):
            print("no browser could be started: open the file yourself")
