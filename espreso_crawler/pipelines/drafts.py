"""An article as the ledger takes it: identity, digests and body; and back, with what the ledger decided."""

from datetime import datetime

from espreso_crawler import identity, record
from espreso_crawler.extensions.captures import Capture, capture_of
from espreso_crawler.items import SCHEMA_VERSION, Article, article_digests
from espreso_crawler.ledger import Decision, Draft


def carried(article: Article) -> Capture:
    """Return the capture that an article carries; an empty one for an article that no spider made."""
    return capture_of(article) or Capture(None)


def addresses(article: Article) -> list[str]:
    """Return every address of an article, its own first: the page's, and that of its entry."""
    capture = carried(article)
    return [article.url or "", *capture.urls, *filter(None, [capture.entry_url])]


def draft(article: Article, capture: Capture) -> Draft:
    """Return an article's draft, made once, but for its body: it is not finished yet."""
    capture.draft = capture.draft or _made(article, capture)
    return capture.draft


def apply(article: Article, decision: Decision, run_id: str) -> None:
    """Fill in what the line got when it was finished, so that copies of it (``-O``) say the same."""
    for name, value in record.decided(decision, run_id).items():
        setattr(article, name, datetime.fromisoformat(value) if name == "emitted_at" else value)


def _made(article: Article, capture: Capture) -> Draft:
    return Draft(
        entry_url=capture.entry_url,
        url=article.url or "",
        edition=article.edition or "",
        entity_id=article.entity_id,
        urls=tuple(dict.fromkeys(map(identity.canonical_url, capture.urls))),
        digests=capture.digests or article_digests(article),
        extractor_version=article.extractor_version,
        schema_version=SCHEMA_VERSION,
        labels=article.labels,
        date_published=article.date_published.isoformat() if article.date_published else None,
        fetched_at=article.fetched_at or _missing("fetched_at", article),
        body=b"",
        is_archived=capture.is_archived,
    )


def _missing(field: str, article: Article) -> datetime:
    raise ValueError(f"{article.url}: an article without {field} cannot be emitted")
