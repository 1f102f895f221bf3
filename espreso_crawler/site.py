"""All that is known of the site as a whole; a sister site is another file like this one, and selectors in `pages/`."""

from zoneinfo import ZoneInfo

NAME = "Espreso"
HOME = "https://espreso.tv/"
TERMS = (
    "Espreso allows reuse with a link to espreso.tv, but not of material that cites Interfax-Ukraine, UNIAN, Reuters "
    "or Associated Press; Getty pictures only by permission. cited_agencies names them."
)
NEWSROOM_NAMES = frozenset({"espreso", "еспресо", "эспрессо", "espreso.tv", "еспресо.tv", "espreso tv"})
"""Authors that are the newsroom and no person, case folded."""
NEWS_TAGS = frozenset({"Новини", "News", "Новости"})
"""Names of the tag that means news in general."""

EDITION_OF_HOST = {
    "espreso.tv": "ua",
    "global.espreso.tv": "global",
    "zahid.espreso.tv": "zahid",
    "bc.espreso.tv": "bc",
    "ru.espreso.tv": "ru",
}
HOST_OF_EDITION = {edition: host for host, edition in EDITION_OF_HOST.items()}
LANGUAGE_OF_EDITION = {"ua": "uk", "global": "en", "zahid": "uk", "bc": "uk", "ru": "ru"}
LANGUAGES = ("uk", "en", "ru")
"""Of its texts."""
CRAWLED_EDITIONS = ("global", "ua", "zahid", "bc")
"""Those that ``edition=all`` means: the Russian one is no longer kept up."""
DEFAULT_EDITION = "global"
TIME_ZONE = ZoneInfo("Europe/Kyiv")
"""Of every time that it prints without an offset."""

NEWS = "/news"
"""A page with the feed, and the archive: its first page."""
PAGE = "page"
"""The archive's query parameter: ``/news?page=2`` is the next page."""
ARCHIVE = f"{NEWS}?{PAGE}="
"""In the address of an archive page, and of no page with a feed."""
SITEMAP = "/sitemap.xml"
RSS = "/rss"
RESERVATIONS = "/.well-known/tdmrep.json"
"""W3C, "TDM Reservation Protocol", section 6.1."""
ARTICLE_LISTS = (NEWS, "/archive", "/stream", "/search-results")
"""Paths of pages that hold articles and are none."""

AGENT = "espreso_crawler"
"""The product token by which the site may address the crawler, in robots.txt and in ``X-Robots-Tag``."""
