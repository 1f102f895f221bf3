"""A bound on the headers of an answer: Twisted's client has one for each line, and none for all of them."""

from scrapy.core.downloader.handlers import http11
from twisted.web._newclient import ParseError

TRIED = {"Scrapy": "2.19.0", "Twisted": "26.10.0"}
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


def bound_heads() -> None:
    """Put `BoundedParser` in the place of Scrapy's own in this process: neither it nor Twisted has a setting."""
    http11._LenientHTTPClientParser = BoundedParser  # type: ignore[misc]  # a class stands for itself
