"""A ledger with as many known articles as asked for, in seconds: rows made by SQL, in the form a crawl leaves them."""

from pathlib import Path

from espreso_crawler.identity import digests
from espreso_crawler.ledger import Draft, Ledger, Sighting
from tests.ledger.builders import HOST, NOON, draft, open_ledger, see

OLD = 1_000_000_000
"""Numbers of articles that were known before begin here."""
MODEL = OLD
"""The one article that the ledger wrote itself; the others are its copies under other names."""
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
COPIES = {
    "entries": ("entry", "url", "published", "article"),
    "articles": ("article", "id", "entity_id", "url"),
    "aliases": ("alias", "article"),
    "revisions": ("article",),
}
"""Tables of which each article has a row, and the columns in which the rows differ."""
LINE = b'{"filler":"' + b"Ten rooms, a roof and a garden. " * 370 + b'"}'
"""As long as an article's line, on average."""


def filled(root: Path, known: int) -> Ledger:
    """Return an open ledger that knows so many articles, all sealed and past their last re-check."""
    ledger = open_ledger(root)
    see(ledger, seen(MODEL))
    ledger.outbox.emit(written(MODEL))
    ledger.seal()
    db = ledger.session.db
    with db.transaction("fill"):
        for table, columns in COPIES.items():
            own = [row["name"] for row in db.rows(f"PRAGMA table_info({table})")]
            values = ", ".join(_copied(name) if name in columns else name for name in own)
            copies = f"SELECT {values} FROM {table}, numbers"  # noqa: S608  # names from the list above and the file
            db.write(f"{NUMBERS} INSERT INTO {table} ({', '.join(own)}) {copies}", (known - 1,))
    db.write("ANALYZE")
    check(ledger, MODEL + known - 1)
    return ledger


def check(ledger: Ledger, number: int) -> None:
    """Raise RuntimeError when a copy is not known as an article that the ledger wrote itself is."""
    known = ledger.articles.at(seen(number).url)
    if known is None or known.id != f"ua:{number}" or see(ledger, seen(number)):
        raise RuntimeError(f"article {number} is not known: the ledger's tables have changed, mend {__name__}")


def seen(number: int) -> Sighting:
    """Return an article's entry in the feed."""
    return Sighting(
        _url(number), HOST, "ua", "A headline of the usual length, with a town", published_at=NOON.isoformat()
    )


def written(number: int) -> Draft:
    """Return an article's draft."""
    text = f"Article {number}"
    made = digests({"headline": text, "article_body": text}, dict.fromkeys("abcdef", text))
    return draft(_url(number), entity_id=number, digests=made, body=LINE)


def _copied(column: str) -> str:
    if column in ("entry", "article"):
        return f"{column} + n"
    return f"replace({column}, '{MODEL}', {MODEL} + n)"


def _url(number: int) -> str:
    return f"https://{HOST}/news-a-headline-of-the-usual-length-with-a-town-{number}"
