"""Gives every answer to the archive as the server sent it: nearer to the network than what unpacks bodies."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from espreso_crawler.extensions.archive import ArchiveExtension


class ArchiveMiddleware:
    """Only in a crawl that keeps an archive (``ESPRESO_ARCHIVE``)."""

    def __init__(self, archive: ArchiveExtension) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the crawl's archive."""
        archive = crawler.get_extension(ArchiveExtension)
        if archive is None:
            raise NotConfigured
        archive.open()
        return cls(archive)

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass the answer on."""
        self._archive.take(request, response)
        return response
