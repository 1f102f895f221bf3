"""``scrapy parse``, with `read_also` where no spider claims the address; everything else is Scrapy's own command."""

import argparse

from scrapy import Request
from scrapy.commands.parse import Command as ParseCommand
from scrapy.spiderloader import get_spider_loader

from espreso_crawler.spiders.espreso import EspresoSpider

SPIDER = "read_also"


class Command(ParseCommand):
    """Fetches a page and prints what a callback makes of it; a ledger in memory vanishes with it."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Choose the spider, and make the page's host one of its hosts: what leads elsewhere is not followed."""
        super().process_options(args, opts)
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls this
        spiders = get_spider_loader(self.settings)
        if args and not opts.spider and len(spiders.find_by_request(Request(args[0]))) != 1:
            opts.spider = SPIDER
        if args and opts.spider in spiders.list() and issubclass(spiders.load(opts.spider), EspresoSpider):
            opts.spargs.setdefault("start", args[0])
