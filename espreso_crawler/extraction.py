"""A page in, its record out: for other programs, for ``scrapy extract``, for any number of processes; no ledger."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from espreso_crawler import identity
from espreso_crawler.items import Article, FeedSighting
from espreso_crawler.pages import Page, article
from espreso_crawler.tagging import Tagger, tagger


def extract(
    html: bytes | str,
    url: str | None = None,
    fetched_at: datetime | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    charset: str | None = None,
    vocabularies: Path | str | None = None,
) -> Article:
    """Return the record of an article page, with tags, digests and provenance, as ``scrapy extract`` prints it.

    ``html`` is the page as it was served, as bytes or text. Give bytes if you can: `evidence` has their digest.
    ``url`` is the absolute address of the page (default: the one in its head). ``fetched_at`` is when it was served,
    with a time zone (default: now); it gives the year to a day that the page prints without one. ``headers`` are
    those of the answer, with names in any case: a site may opt out by ``X-Robots-Tag`` and ``TDM-Reservation``. The
    record names opt-outs in `opt_outs`; nothing is withheld here. ``charset`` is what the ``Content-Type`` header
    declares. ``vocabularies`` is a folder of your own files, which add to the package's or replace their rows.

    Fields that need a crawl or a ledger stay empty: revision, run, feed sighting, near-copies.

    Arguments, result and errors can be pickled, so a pool of processes may call it. Raises `PageError`:
    `BrokenPage` if the bytes are not a whole page, `NotAnArticle` if the page holds no article, `FieldError` if a
    value cannot be understood. Raises ValueError for a ``fetched_at`` without a time zone, and `ConfigurationError`
    for a wrong vocabulary.

    Examples:
        >>> page = '''<html lang="en"><head><title>A bridge opens</title>
        ... <meta property="og:type" content="article"></head>
        ... <body><section class="header_current_article"><h1>A bridge opens</h1></section>
        ... <section class="content_current_article"><div class="news-content">
        ... <p>Drivers near Lviv have a new way over the river.</p></div></section></body></html>'''
        >>> record = extract(page, "https://global.espreso.tv/news-a-bridge-opens")
        >>> record.id, record.headline
        ('global:news-a-bridge-opens', 'A bridge opens')
        >>> "place:lviv" in {tag.id for tag in record.tags}
        True
    """
    if fetched_at is not None and fetched_at.tzinfo is None:
        raise ValueError(f"fetched_at={fetched_at.isoformat()} has no time zone")
    page = Page.read(
        html.encode("utf-8", "surrogatepass") if isinstance(html, str) else html,
        url=url,
        fetched_at=fetched_at or datetime.now(UTC).replace(microsecond=0),
        charset="utf-8" if isinstance(html, str) else charset,
        headers=headers,
    )
    return record_of(page, tagger(Path(vocabularies) if vocabularies else None))


def record_of(page: Page, tagged_by: Tagger, sighting: FeedSighting | None = None) -> Article:
    """Return the record of a page that is parsed already; ``sighting`` is its entry in a feed. Raises `PageError`."""
    record = article(page, sighting, sighting.label if sighting else None)
    record.id = identity.article_id(record.edition or "", record.entity_id, record.url or "")
    tagged_by.tag(record)
    return record
