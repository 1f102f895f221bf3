"""How an article was fetched: carried by the article itself, from the spider through all pipelines, never written."""

from dataclasses import dataclass
from typing import Any, Self

from espreso_crawler.identity import Digests
from espreso_crawler.items import Article
from espreso_crawler.ledger import Draft
from espreso_crawler.monitors import Observation
from espreso_crawler.reading import Prepared

ATTRIBUTE = "_capture"
"""No field of the record: the schema, digests, `dataclasses.fields` and so ItemAdapter and every exporter do not see
it, and orjson passes over names that begin with an underscore."""


@dataclass(slots=True)
class Capture:
    """What belongs to an article and is not part of the record."""

    entry_url: str | None
    """Address of the feed entry that the article was fetched for."""
    urls: tuple[str, ...] = ()
    """Every address of the page: the one requested, and those of redirects."""
    recheck: str | None = None
    """Id of the known article that was looked at again; then there is no entry."""
    is_archived: bool = False
    """Whether the page comes out of an archive."""
    draft: Draft | None = None
    """The article as the ledger takes it, once a pipeline has made it."""
    digests: Digests | None = None
    """Digests of the article as its page gave it; None when they were not made with the page."""
    prepared: Prepared | None = None
    """Tags and sketch that were made with the page; None when the pipelines have to make them."""
    seen: Observation | None = None
    """What the monitors saw of the article before a part was withheld; None when nothing was withheld."""
    is_told: bool = False
    """Whether the ledger has got the article: after that, nothing that happens to the item matters."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: every copy of an article belongs to the same entry."""
        return self


def attach(article: Article, capture: Capture) -> Article:
    """Return the article, carrying its capture."""
    vars(article)[ATTRIBUTE] = capture
    return article


def capture_of(item: Any) -> Capture | None:
    """Return the capture that an item carries; None for one that no spider of this project yielded."""
    return getattr(item, ATTRIBUTE, None)
