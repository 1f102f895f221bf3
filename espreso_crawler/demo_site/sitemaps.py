"""The site's XML and text files: sitemaps, the RSS feed, robots.txt."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime

from espreso_crawler.demo_site.edition import Edition, Link
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.tape import Entry
from espreso_crawler.demo_site.timeline import kyiv_time

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
SITEMAPS = ("sitemap-categories.xml", "sitemap_news_1.xml", "sitemap_tags_1.xml", "sitemapnews/1")


def index_xml(base: str, now: datetime) -> bytes:
    """Return the index of sitemaps; `now` is a Kyiv time."""
    rows = "\n".join(
        f"<sitemap>\n<loc>{base}/{name}</loc>\n<lastmod>{now.isoformat()}</lastmod>\n</sitemap>" for name in SITEMAPS
    )
    return f'{_XML}<sitemapindex xmlns="{_SITEMAP}">\n{rows}\n</sitemapindex>'.encode()


def links_xml(base: str, links: Iterable[Link], now: datetime) -> bytes:
    """Return the sitemap of rubrics or tags."""
    return _urlset(_url(f"{base}/{link.slug}", now) for link in links)


def articles_xml(rows: Iterable[tuple[str, datetime]]) -> bytes:
    """Return the sitemap of articles from addresses and the days of their last change; `lastmod` is a date."""
    return _urlset(_url(url, changed) for url, changed in rows)


def google_news_xml(base: str, words: Edition, entries: Sequence[Entry]) -> bytes:
    """Return the Google News sitemap of the given entries."""
    name = words.strings["site_name"]
    rows = (
        f"<url>\n<loc>{base}/{entry.brief.slug}</loc>\n<news:news>\n<news:publication>"
        f"<news:name>{name}</news:name>"
        f"<news:language>{words.language}</news:language></news:publication>\n"
        f"<news:publication_date>{entry.brief.published.isoformat()}</news:publication_date>\n"
        f"<news:title>{escaped(entry.brief.headline)}</news:title>\n</news:news>\n</url>"
        for entry in entries
    )
    return _urlset(rows, f' xmlns:news="{_NEWS}"')


def rss_xml(base: str, words: Edition, entries: Sequence[Entry], now: datetime) -> bytes:
    """Return the RSS 2.0 feed of the given entries; `pubDate` is the time the feed shows."""
    items = "\n".join(
        f"<item>\n<title>{escaped(entry.brief.headline)}</title>\n<link>{base}/{entry.brief.slug}</link>\n"
        f'<guid isPermaLink="false">{entry.brief.entity_id}</guid>\n'
        f"<pubDate>{format_datetime(kyiv_time(entry.minute))}</pubDate>\n"
        f"<category>{escaped(entry.brief.rubric.name)}</category>\n</item>"
        for entry in entries
    )
    return (
        f'{_XML}<rss version="2.0">\n<channel>\n<title>{words.strings["site_name"]}</title>\n'
        f"<link>{base}</link>\n"
        f"<description>{words.strings['news']}</description>\n<language>{words.language}</language>\n"
        f"<lastBuildDate>{format_datetime(now)}</lastBuildDate>\n{items}\n</channel>\n</rss>\n"
    ).encode()


def robots_txt(base: str) -> bytes:
    """Return robots.txt that allows everything."""
    return f"User-agent: *\nDisallow:\n\nSitemap: {base}/sitemap.xml\n".encode()


def _url(address: str, changed: datetime) -> str:
    day = f"{changed:%Y-%m-%d}"
    return (
        f"<url>\n<loc>{address}</loc>\n<lastmod>{day}</lastmod>\n<changefreq>weekly</changefreq>\n"
        "<priority>0.8</priority>\n</url>"
    )


def _urlset(rows: Iterable[str], more_namespaces: str = "") -> bytes:
    body = "\n".join(rows)
    return f'{_XML}<urlset xmlns="{_SITEMAP}"{more_namespaces}>\n{body}\n</urlset>'.encode()
