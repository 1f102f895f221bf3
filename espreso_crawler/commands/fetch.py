"""``scrapy fetch`` with an exit code; everything else is Scrapy's own command."""

import argparse

from scrapy.http import Response

from espreso_crawler.adapters.fetch_command import TellingFetchCommand
from espreso_crawler.command import refuse, refusing
from espreso_crawler.exceptions import ExitCode


class Command(TellingFetchCommand):
    """Prints a page; exit code 3 when none came, whose reason is in the log."""

    _has_page = False

    def show(self, response: Response, opts: argparse.Namespace) -> None:
        """Print the page."""
        self._has_page = True
        with refusing(self):
            super().show(response, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Fetch and print."""
        super().run(args, opts)
        if not self._has_page:
            refuse(self, f"{args[0]}: not fetched; the log says why", ExitCode.SOURCE)
