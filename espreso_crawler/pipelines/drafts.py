"""An article as the ledger takes it: identity and digests, and how its line is written once the ledger has decided."""

from datetime import datetime

from espreso_crawler import identity
from espreso_crawler.exporters import encode
from espreso_crawler.extensions.ledger import Capture
from espreso_crawler.items import SCHEMA_VERSION, Article
from espreso_crawler.ledger import Decision, Draft
from espreso_crawler.pages import article_digests


def draft(article: Article, capture: Capture, run_id: str) -> Draft:
    """Return an article's draft, made once; its line fills the article's own fields, so that copies say the same."""
    capture.draft = capture.draft or _made(article, capture, run_id)
    return capture.draft


def apply(article: Article, decision: Decision, run_id: str) -> None:
    """Fill what only the ledger can know: id, event, revision, changes, time of emission."""
    article.id, article.revision, article.run_id = decision.id, decision.revision, run_id
    article.event = decision.event or article.event
    article.changes = decision.changes or []
    article.change_kind, article.silent = decision.change_kind, decision.silent
    if decision.emitted_at:
        article.emitted_at = datetime.fromisoformat(decision.emitted_at)


def _made(article: Article, capture: Capture, run_id: str) -> Draft:
    def line(decision: Decision) -> bytes:
        apply(article, decision, run_id)
        return encode(article)

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
        line=line,
    )


def _missing(field: str, article: Article) -> datetime:
    raise ValueError(f"{article.url}: an article without {field} cannot be emitted")
