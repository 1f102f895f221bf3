"""What a crawl imports, imported once by the process that `tests.forked` forks its children from; no reactor."""

import gc
import importlib
import pkgutil

import scrapy.commands

import espreso_crawler
from espreso_crawler.tagging import tagger

# They read the environment when they are imported, or are programs.
LEFT_OUT = ("settings", "__main__")
STOCK = (
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.engine",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.memusage",
    "scrapy.extensions.throttle",
    "scrapy.pqueues",
    "uvloop",
)


def wanted(name: str) -> bool:
    own = name.removeprefix("espreso_crawler.")
    return not any(own == left or own.startswith(f"{left}.") or own.endswith(f".{left}") for left in LEFT_OUT)


for module in STOCK:
    importlib.import_module(module)
for found in pkgutil.walk_packages(espreso_crawler.__path__, "espreso_crawler.", onerror=lambda _name: None):
    if wanted(found.name):
        importlib.import_module(found.name)
for found in pkgutil.iter_modules(scrapy.commands.__path__, "scrapy.commands."):
    importlib.import_module(found.name)
tagger(None, frozenset())
gc.collect()
gc.freeze()  # a child's collections leave all of this alone
