"""What a crawl imports, imported once by the process that `tests.forked` forks its children from; no reactor."""

import gc
import importlib
import pkgutil

import espreso_crawler
from espreso_crawler.schema.validator import problems
from espreso_crawler.tagging import tagger

# They read the environment when they are imported, or are programs.
LEFT_OUT = ("settings", "__main__")
STOCK = (
    "queuelib",
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.core.engine",
    "scrapy.dupefilters",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.logcount",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memdebug",
    "scrapy.extensions.memusage",
    "scrapy.extensions.spiderstate",
    "scrapy.extensions.throttle",
    "scrapy.pqueues",
    "scrapy.squeues",
    "uvloop",
)
PACKAGES = ("scrapy.commands", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares")


def wanted(name: str) -> bool:
    own = name.removeprefix("espreso_crawler.")
    return not any(own == left or own.startswith(f"{left}.") or own.endswith(f".{left}") for left in LEFT_OUT)


for module in STOCK:
    importlib.import_module(module)
for found in pkgutil.walk_packages(espreso_crawler.__path__, "espreso_crawler.", onerror=lambda _name: None):
    if wanted(found.name):
        importlib.import_module(found.name)
for package in map(importlib.import_module, PACKAGES):
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
tagger(None, frozenset())
problems(b"{}")  # makes the checker of records
gc.collect()
gc.freeze()  # a child's collections leave all of this alone
