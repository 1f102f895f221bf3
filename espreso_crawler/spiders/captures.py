"""Responses and failures as the rest of the project knows them: pages with their capture time, reasons in a line."""

from datetime import UTC, datetime
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response
from scrapy.utils.python import to_unicode
from twisted.python.failure import Failure
from w3lib.encoding import http_content_type_encoding

from espreso_crawler import identity
from espreso_crawler.exceptions import EspresoError
from espreso_crawler.reading import KEPT_HEADERS, Served

GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def served(response: Response, *, decode_emails: bool) -> Served:
    """Return how a page was served, now."""
    return Served(
        url=response.url,
        fetched_at=datetime.now(UTC),
        charset=http_content_type_encoding(to_unicode(response.headers.get("Content-Type") or b"")),
        http_status=response.status,
        decode_emails=decode_emails,
        is_rendered="browser" in response.flags,
        headers=kept_headers(response),
    )


def kept_headers(response: Response) -> dict[str, str]:
    """Return the headers that say how an answer may be used, and when it was given."""
    return {name: _joined(response, name) for name in KEPT_HEADERS if name in response.headers}


def addresses(response: Response, others: tuple[str, ...]) -> tuple[str, ...]:
    """Return every address of a response: its own, redirects that led to it, and the others that its page names."""
    return (response.url, *response.meta.get("redirect_urls", ()), *others)


def refusal(response: Response) -> str | None:
    """Return why an answer says that an article is not there, None for any other: 404, 410, or the way home.

    Once may be a mistake of the site's, or of a cache in between: the ledger ends nothing for good by one.
    """
    if response.status in GONE:
        return f"HTTP {response.status}"
    is_redirect = response.status == HTTPStatus.OK and "redirect_urls" in response.meta
    return "redirected to the home page" if is_redirect and identity.is_home(response.url) else None


def failed_request(failure: Failure) -> Request:
    """Return the request that failed; Scrapy hangs it on the failure."""
    request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy, unknown to Twisted
    return request


def reason(failure: Failure) -> str:
    """Return why there is no response, in a line; our own errors need no name."""
    if isinstance(failure.value, EspresoError):
        return str(failure.value)
    return f"{type(failure.value).__name__}: {failure.getErrorMessage()}".strip(": ")


def _joined(response: Response, name: str) -> str:
    # A line each: what is addressed to one crawler in one line does not hold in the next.
    return "\n".join(to_unicode(value, "latin-1") for value in response.headers.getlist(name))
