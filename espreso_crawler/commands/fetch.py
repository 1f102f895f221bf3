"""``scrapy fetch`` with an exit code; everything else is Scrapy's own command."""

import argparse

from scrapy.commands.fetch import Command as FetchCommand
from scrapy.http import Response

from espreso_crawler.command import refuse, refusing
from espreso_crawler.exceptions import ExitCode


class Command(FetchCommand):
    """Prints a page; exit code 3 when none came, whose reason is in the log."""

    _has_page = False

    def _print_response(self, response: Response, opts: argparse.Namespace) -> None:
        self._has_page = True
        with refusing(self):
            super()._print_response(response, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Fetch and print."""
        super().run(args, opts)
        if not self._has_page:
            refuse(self, f"{args[0]}: not fetched; the log says why", ExitCode.SOURCE)
