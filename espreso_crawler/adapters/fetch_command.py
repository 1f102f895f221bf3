"""Scrapy's ``fetch``, which does not tell whether it had a page to print."""

import argparse

from scrapy.commands.fetch import Command as FetchCommand
from scrapy.http import Response

TRIED = {"Scrapy": "2.19.0"}


class TellingFetchCommand(FetchCommand):
    """Prints a page by `show`."""

    def show(self, response: Response, opts: argparse.Namespace) -> None:
        """Print a page."""
        super()._print_response(response, opts)

    def _print_response(self, response: Response, opts: argparse.Namespace) -> None:
        self.show(response, opts)
