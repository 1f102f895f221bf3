"""A bound on the headers of an answer: Twisted's client has one for each line, and none for all of them."""

from typing import Self

from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from twisted.web._newclient import ParseError

LARGEST = 256 * 1024
"""Bytes of status line and headers; browsers stop at this."""


class BoundedParser(http11._LenientHTTPClientParser):
    """Scrapy's parser of one response, which gives up on a flood of headers."""

    _head_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        """Count a line of the head. Raises `ParseError`, on which Twisted drops the connection."""
        self._head_bytes += len(line)
        if self._head_bytes > LARGEST:
            raise ParseError(f"the headers have more than {LARGEST} bytes", line[:80])  # type: ignore[no-untyped-call]
        super().lineReceived(line)


class HeaderLimitExtension:
    """Puts `BoundedParser` in the place of Scrapy's own: neither it nor Twisted has a setting for this."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Replace the parser for this process."""
        http11._LenientHTTPClientParser = BoundedParser  # type: ignore[misc]  # a class stands for itself
        return cls()
