"""Receivers of Scrapy's signals: Scrapy logs a bug in one and goes on, and here the exit code says so too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import Any
from weakref import WeakMethod, ref

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest

from espreso_crawler.exceptions import ExitCode
from espreso_crawler.extensions.signals import EXIT_CODE_STAT

ANSWERS = (CloseSpider, DontCloseSpider, IgnoreRequest)
"""What a receiver raises to tell Scrapy something."""


def connect(crawler: Crawler, *receivers: tuple[Callable[..., Any], Any]) -> None:
    """Connect methods to signals: `method, signal` each. They are given what they name, and are no coroutines."""
    for receiver, signal in receivers:
        crawler.signals.connect(_noticed(crawler, receiver), signal, weak=False)


@contextmanager
def noticing(crawler: Crawler) -> Iterator[None]:
    """Let an error that Scrapy will only log also end the crawl's process with exit code 4."""
    try:
        yield
    except ANSWERS:
        raise
    except Exception:
        crawler.stats.max_value(EXIT_CODE_STAT, int(ExitCode.OUTPUT))
        raise


def _noticed(crawler: Crawler, receiver: Callable[..., Any]) -> Callable[..., None]:
    """Return a function that calls a method as long as its object lives, as Scrapy's own connections do."""
    of, method, names = ref(crawler), WeakMethod(receiver), signature(receiver).parameters.keys()

    @wraps(receiver)  # Scrapy shows its name
    def called(**given: Any) -> None:
        crawler, receiver = of(), method()
        if crawler is not None and receiver is not None:
            with noticing(crawler):
                receiver(**{name: value for name, value in given.items() if name in names})

    del called.__wrapped__  # the method again, and so its object
    return called
