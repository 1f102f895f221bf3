"""Extensions that break something in the process of a crawl, before it begins."""

import errno
import json
import os

from espreso_crawler import settings
from espreso_crawler.reading import article_page


def with_extension(cls: type) -> dict[str, str]:
    """Return the setting that adds one of these extensions to the project's."""
    return {"EXTENSIONS": json.dumps(settings.EXTENSIONS | {f"{cls.__module__}.{cls.__name__}": 1})}


class Parser:
    """Every article meets a bug; the processes that read are forks of this one."""

    def __init__(self) -> None:
        article_page.article_with_digests = _bug  # type: ignore[attr-defined, assignment]  # a name it imports


class Fork:
    """The machine has no room for another process."""

    def __init__(self) -> None:
        os.fork = _no_room


def _bug(*_given: object) -> None:
    raise ZeroDivisionError("a bug")


def _no_room() -> int:
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
