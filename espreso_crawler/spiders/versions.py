"""Conditional requests: a source that offers a version of itself is sent again only when it has another one."""

from scrapy.http import Response
from scrapy.utils.python import to_unicode

from espreso_crawler.spiders.crawl import Crawl


class Versions:
    """Asks by ``ETag`` and ``Last-Modified`` (RFC 9110, section 13.1), kept in the ledger; sources without are none."""

    def __init__(self, crawl: Crawl) -> None:
        self._crawl = crawl

    def headers(self, url: str) -> dict[str, str]:
        """Return the headers by which a source is asked only for another version."""
        copy = self._crawl.ledger.copies.of(url)
        named = {"If-None-Match": copy and copy.etag, "If-Modified-Since": copy and copy.last_modified}
        return {name: value for name, value in named.items() if value}

    def keep(self, response: Response) -> None:
        """Note the version of a list that is whole in the ledger: only then may the next run do without it.

        A crawl with ``since`` notes no version, for it passes over what is older.
        """
        etag, modified = _header(response, "ETag"), _header(response, "Last-Modified")
        if (etag or modified) and self._crawl.arguments.since is None:
            self._crawl.ledger.copies.keep(response.url, etag=etag, last_modified=modified)

    def confirm(self, response: Response) -> None:
        """Note that a source is as it was."""
        self._crawl.stats.inc_value("espreso/not_modified")
        self._crawl.ledger.copies.confirm(response.url)
        self._crawl.ledger.listings.unchanged(response.url)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return to_unicode(value, "latin-1") if value else None
