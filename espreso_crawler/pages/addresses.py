"""The addresses of an article page: its own, and those under which the page says that it stands too."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from espreso_crawler import identity
from espreso_crawler.pages.page import Page


def canonical_address(page: Page) -> str:
    """Return the article's own address: what the page says, when that lies on this site, else where it came from.

    Another edition's address counts only for a copy in that edition's language: a translation is an article of
    its own.
    """
    for claim in (page.meta.get("canonical"), page.meta.get("og:url"), page.jsonld.url if page.jsonld else None):
        url = page.absolute(claim)
        if url and urlsplit(url).path.strip("/") and (is_on_host_of(page, url) or _is_copied_from(page, url)):
            return identity.canonical_url(url)
    return identity.canonical_url(page.url)


def other_addresses(page: Page) -> tuple[str, ...]:
    """Return the further addresses that the page names for the same text: its AMP copy, alternates in its language."""
    return tuple(dict.fromkeys(map(identity.canonical_url, _others(page))))


def is_on_host_of(page: Page, url: str) -> bool:
    """Return whether an address is on the host that a page came from."""
    return identity.host_of(url) == identity.host_of(page.url)


def _others(page: Page) -> Iterator[str]:
    amp = page.absolute(page.meta.get("amphtml"))
    if amp and is_on_host_of(page, amp):
        yield amp
    language = _language(page)
    for its_language, link in page.metadata.alternates if language else ():
        url = page.absolute(link)
        if url and its_language[:2] == language and (is_on_host_of(page, url) or _is_edition(page, url)):
            yield url


def _is_copied_from(page: Page, url: str) -> bool:
    return _is_edition(page, url) and identity.LANGUAGE_OF_EDITION[identity.edition_of(url)] == _language(page)


def _is_edition(page: Page, url: str) -> bool:
    return {identity.host_of(url), identity.host_of(page.url)} <= identity.EDITION_OF_HOST.keys()


def _language(page: Page) -> str:
    return page.meta.get("lang", "")[:2].lower()
