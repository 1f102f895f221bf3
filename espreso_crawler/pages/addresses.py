"""The addresses of an article page: its own, and those under which the page says that it stands too."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from espreso_crawler import identity, site
from espreso_crawler.pages.page import Page
from espreso_crawler.processors.text import clean

SLUG = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME = 4
"""Words of a rubric's, a tag's or an author's name."""


def canonical_address(page: Page) -> str:
    """Return the article's own address: what the page says, when that can be an article's, else where it came from.

    Not believed are the home page, a rubric or another page that holds articles, and another host. Another edition's
    address counts only for a copy in that edition's language: a translation is an article of its own.
    """
    own = identity.canonical_url(page.url)
    for claim in (page.meta.get("canonical"), page.meta.get("og:url"), page.jsonld.url if page.jsonld else None):
        url = identity.canonical_url(page.absolute(claim) or "")
        if is_on_host_of(page, url):
            url = f"{own.partition(':')[0]}:{url.partition(':')[2]}"
            if url == own or (urlsplit(url).path and not _holds_articles(page, url)):
                return url
        elif urlsplit(url).path and _is_copied_from(page, url):
            return url
    return own


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


def _holds_articles(page: Page, url: str) -> bool:
    """Return whether an address on the page's host is one of those that hold articles.

    It is above the page's own, or a list of news, or the page links to it by a name: a rubric's, a tag's, an author's.
    An article is linked to by its headline.
    """
    path = urlsplit(url).path
    if path in site.ARTICLE_LISTS or urlsplit(page.url).path.startswith(f"{path}/"):
        return True
    slug = path.rpartition("/")[2]
    # Few links are worth a closer look; a slug that may be written in another way is looked for in all of them.
    for link in page.tree.css(f'a[href*="{slug}"]' if SLUG.fullmatch(slug) else "a[href]"):
        href = page.absolute(link.attributes["href"]) or ""
        if "?" not in href and "#" not in href and identity.canonical_url(href) == url:
            name = clean(link.text())
            if name and len(name.split()) <= LONGEST_NAME and name != clean(page.meta.get("og:title")):
                return True
    return False


def _is_copied_from(page: Page, url: str) -> bool:
    return _is_edition(page, url) and site.LANGUAGE_OF_EDITION[identity.edition_of(url)] == _language(page)


def _is_edition(page: Page, url: str) -> bool:
    return {identity.host_of(url), identity.host_of(page.url)} <= site.EDITION_OF_HOST.keys()


def _language(page: Page) -> str:
    return page.meta.get("lang", "")[:2].lower()
