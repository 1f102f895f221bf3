"""The item loader: which processors make a field's clean value, and which of several sources gives it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from espreso_crawler import site
from espreso_crawler.items import Article, Author, Keyword, OtherEvidence, Provenance, Source
from espreso_crawler.processors import dates, text
from espreso_crawler.processors.instants import instant, is_possible
from espreso_crawler.processors.names import names

LONGEST_RAW = 300
Claim = tuple[Source, Any]
"""A source and what it says, raw: text, a list of texts or of (name, address), or a moment; None for nothing."""
Same = Callable[[Any, Any], bool]


def moment(value: str | datetime) -> datetime | None:
    """Return the Kyiv time of a date with a time in any common form, or of a moment already read."""
    return dates.in_kyiv(value) if isinstance(value, datetime) else instant(value)


def keyword(value: tuple[str, str | None]) -> Keyword | None:
    """Return the keyword of a (name, address) pair, but not the tag that means news in general."""
    name = text.value(value[0])
    is_news = name in site.NEWS_TAGS or (value[1] or "").endswith(site.NEWS)
    return Keyword(name, value[1]) if name and not is_news else None


def authors(values: Iterable[tuple[str, str | None]]) -> list[Author]:
    """Return the authors of (names, address) pairs, each once; an address is one author's, not of several."""
    found = ((names(line), url) for line, url in values)
    return _distinct(Author(name, url if len(people) == 1 else None) for people, url in found for name in people)


def keywords(values: Iterable[tuple[str, str | None]]) -> list[Keyword]:
    """Return the keywords of (name, address) pairs, each once: JSON-LD names the rubric first and last."""
    return _distinct(map(keyword, values))


def labels(values: Iterable[str]) -> list[str]:
    """Return labels in their one form, each once."""
    return list(dict.fromkeys(filter(None, map(text.label, values))))


class MostTrusted:
    """Input processor: claims in order of trust in, the first that is clean out; who disagrees goes on record.

    The `Provenance` is appended to ``provenance`` in the loader's context. A value that cannot be, by ``possible`` and
    the context, never wins; it goes on record, and is no witness for or against the others.
    """

    def __init__(
        self,
        field: str,
        clean: Callable[[Any], Any],
        same: Same,
        *,
        keeps_raw: bool = False,
        possible: Callable[[Any, Mapping[str, Any]], bool] = lambda _value, _context: True,
    ) -> None:
        self.field = field
        self.clean = clean
        self.same = same
        self.keeps_raw = keeps_raw
        self.possible = possible

    def __call__(self, claims: Iterable[Claim], loader_context: Mapping[str, Any]) -> list[Any]:
        """Return the clean values of the first claim that has any."""
        said = [(source, raw, value) for source, raw in claims if raw and (value := self.clean(raw))]
        found = [claim for claim in said if self.possible(claim[2], loader_context)]
        if not found:
            return []
        (source, raw, value), *witnesses = found
        disagreeing = [claim for claim in witnesses if not self.same(value, claim[2])]
        agrees = not disagreeing if witnesses else None
        if len(found) < len(said):
            disagreeing += [claim for claim in said if claim not in found]
        others = [OtherEvidence(other, printed(raw_of_other)) for other, raw_of_other, _ in disagreeing]
        loader_context["provenance"].append(
            Provenance(
                self.field,
                source,
                agrees=agrees,
                raw=printed(raw) if self.keeps_raw else None,
                others=others,
            )
        )
        return value if isinstance(value, list) else [value]


def _same_text(ours: str, theirs: str) -> bool:
    return ours.casefold() == theirs.casefold()


def same_headline(ours: str, theirs: str) -> bool:
    """Return whether one headline begins with the other: a column's metadata adds "… Column by …"."""
    ours, theirs = ours.casefold(), theirs.casefold()
    return ours.startswith(theirs) or theirs.startswith(ours)


def _same_names(ours: list[Author], theirs: list[Author]) -> bool:
    return {one.name.casefold() for one in ours} == {other.name.casefold() for other in theirs}


def _share_names(ours: list[Keyword], theirs: list[Keyword]) -> bool:
    """JSON-LD lists the rubric among the keywords, the page does not: it is enough that ours are among theirs."""
    return {one.name.casefold() for one in ours} <= {other.name.casefold() for other in theirs}


def _share_labels(ours: list[str], theirs: list[str]) -> bool:
    return not set(ours).isdisjoint(theirs)


def _is_possible(value: datetime, context: Mapping[str, Any]) -> bool:
    return is_possible(value, context["captured"])


class ArticleLoader:
    """Raw claims in, an `Article` out. Fields with several sources take a list of `Claim`, in order of trust.

    The words are those of itemloaders, which is not used: it imports Scrapy, and programs that only extract do without.
    """

    # Raw values stay on record for these fields only: they are short, and they are what people dispute.
    headline_in = MostTrusted("headline", text.value, same_headline, keeps_raw=True)
    description_in = MostTrusted("description", text.value, _same_text)
    article_section_in = MostTrusted("article_section", text.value, _same_text, keeps_raw=True)
    date_published_in = MostTrusted("date_published", moment, dates.same_minute, keeps_raw=True, possible=_is_possible)
    date_modified_in = MostTrusted("date_modified", moment, dates.same_minute, keeps_raw=True, possible=_is_possible)
    authors_in = MostTrusted("authors", authors, _same_names, keeps_raw=True)
    labels_in = MostTrusted("labels", labels, _share_labels, keeps_raw=True)
    keywords_in = MostTrusted("keywords", keywords, _share_names)

    def __init__(self, *, provenance: list[Provenance], captured: datetime) -> None:
        self.context: dict[str, Any] = {"provenance": provenance, "captured": captured}
        self._item = Article()

    def add_value(self, field: str, value: Any) -> None:
        """Fill a field from its claims, or with a value as it is. Raises ValueError naming field, processor, value."""
        process: MostTrusted | None = getattr(self, f"{field}_in", None)
        if process is None:
            setattr(self._item, field, value)
            return
        try:
            found = process(value, self.context)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ValueError(f"{type(process).__name__}: field={field!r} value={value!r} ({reason})") from error
        if found:
            is_list = isinstance(getattr(self._item, field), list)
            setattr(self._item, field, found if is_list else found[0])

    def get_output_value(self, field: str) -> Any:
        """Return what a field holds so far."""
        return getattr(self._item, field)

    def load_item(self) -> Article:
        """Return the article."""
        return self._item


def printed(raw: Any) -> str:
    """Return a raw value as a line of text for the provenance, cut at 300 characters."""
    if isinstance(raw, list):
        raw = ", ".join(part if isinstance(part, str) else part[0] for part in raw)
    return (raw.isoformat() if isinstance(raw, datetime) else str(raw)).strip()[:LONGEST_RAW]


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for value in values:
        if value is not None:
            found.setdefault(value.name.casefold(), value)
    return list(found.values())
