"""Whether a crawl is none: Scrapy's own commands make one for the few pages that they look at."""

from scrapy.crawler import Crawler

COMMANDS = "scrapy.commands."


def is_look(crawler: Crawler) -> bool:
    """Return whether fetch, view, shell, parse or check made a crawler, to look at pages with a spider of ours.

    All but the shell put a ``start`` of their own into the spider's class; the shell makes the spider last of all.
    """
    return crawler.spider is None or type(crawler.spider).start.__module__.startswith(COMMANDS)
