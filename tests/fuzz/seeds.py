"""Whole inputs to mutate: the fixtures' pages, demo pages, lists and rules, by what parses them."""

import gzip
import json
from functools import lru_cache

from espreso_crawler.demo_site.responses import Request
from espreso_crawler.saved_pages import PAGE
from tests.record import FIXTURES, names
from tests.site import Site, SiteOptions
from tests.site.pages import Pages

HOST = "127.0.0.1:8000"
DATES = (
    "14 грудня, 2025 неділя", "4 March, 2024 Monday", "2 ноября, 2024 суббота", "2025, неділя", "24 December", "19:51",
    "2025-12-14T00:25:00+02:00", "2025-12-14", "Wed, 25 Nov 2026 12:00:30 +0200", "36h", "7d",
    "Wed, 25 Nov 26 12:00:30 EET", "1765664700", "13.12.2025 21:15", "Вчора, 21:15", "December 13, 2025 9:15 p.m.",
)  # fmt: skip
RULES = (
    "User-agent: *\nDisallow: /search*results$\nAllow: /\nCrawl-delay: 2\nRequest-rate: 1/5\nSitemap: /sitemap.xml\n"
)
RSS = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>A <b>bridge</b>&nbsp;&a;</title>'
    b"<link>https://espreso.tv/a</link><pubDate>Wed, 25 Nov 2026 12:00:30 EET</pubDate></item></channel></rss>"
)


@lru_cache(maxsize=1)
def seeds() -> dict[str, list[bytes]]:
    """Return inputs by target: ``page``, ``sitemap``, ``rss``, ``robots``, ``jsonld``, ``text``."""
    saved = [gzip.decompress((FIXTURES / name / PAGE).read_bytes()) for name in names()]
    demo = [page for language in ("en", "uk") for page in _demo(language)]
    ld = [json.dumps({"@type": "NewsArticle", "headline": "x", "author": [{"name": "A", "url": "/a"}],
                      "keywords": "a, b", "image": [{"url": "/i.jpg"}], "datePublished": DATES[6]}).encode(),
          b'{"@type": "NewsArticle", "headline": "a \\ b", "articleBody": "<p>\\x</p>", "mainEntityOfPage": {"@id": "#a"},}',
          b'//<![CDATA[\n{"@type": "LiveBlogPosting", "author": [[{"@id": "#p"}]], "image": {"contentUrl": "/i"}}\n//]]>',
          b'{"@graph": [{"@type": ["Thing", "Article"], "mainEntityOfPage": {"@id": "/a"}}]}']  # fmt: skip
    xml = _demo_files("/sitemap.xml", "/sitemapnews/1")
    return {
        "page": saved + demo,
        "sitemap": [*xml, gzip.compress(xml[0], mtime=0)],
        "rss": [*_demo_files("/rss"), RSS, gzip.compress(RSS[:100], mtime=0) + gzip.compress(RSS[100:], mtime=0)],
        "robots": [RULES.encode(), RULES.encode("utf-16"), *_demo_files("/robots.txt")],
        "jsonld": ld,
        "text": [date.encode() for date in DATES],
    }


def _demo(language: str) -> list[bytes]:
    site = Site(SiteOptions(language=language, page_bytes=10_000, per_day=4))  # type: ignore[arg-type]  # one of two
    slugs = [site.brief(number).slug for number in range(site.newest - 12, site.newest)]
    return [_body(Pages(site), path) for path in ("/news", "/news?page=2", *(f"/{slug}" for slug in slugs))]


def _demo_files(*paths: str) -> list[bytes]:
    pages = Pages(Site(SiteOptions(page_bytes=10_000, per_day=4)))
    return [_body(pages, path) for path in paths]


def _body(pages: Pages, path: str) -> bytes:
    return pages.response(Request("GET", path, HOST)).body
