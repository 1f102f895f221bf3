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

    ``html`` is the page as it was served, bytes rather than text: they are in the record's `evidence`. ``url`` is its
    absolute address (default: the one that the page names in its head) and ``fetched_at`` when it was served, with
    its time zone (default: now); days that a page prints without a year are read by it. ``headers`` are those of the
    answer, in any case: ``X-Robots-Tag`` and ``TDM-Reservation`` are where a site may opt out, see `opt_outs` of the
    record; nothing is withheld here. ``charset`` is what the ``Content-Type`` header declares, ``vocabularies`` a
    folder of files of your own, over the package's.

    What a ledger knows over several runs stays empty: revision, run, feed sighting, near-copies.

    Arguments, result and errors pickle, so that a pool of processes may call it. Raises `PageError`: `BrokenPage` for
    bytes that are no whole page, `NotAnArticle` for a page that holds none. Raises ValueError for a ``fetched_at``
    without time zone, `ConfigurationError` for a vocabulary that is wrong.

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
