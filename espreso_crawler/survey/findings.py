"""What a survey found: captures of an edition in, findings out; pure, without clock or network."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml.html import defs
from protego import Protego

from espreso_crawler import identity
from espreso_crawler.exceptions import PageError
from espreso_crawler.extraction import record_of
from espreso_crawler.items import Article
from espreso_crawler.monitors.evidence import DOUBT_BY_NAME, Row, doubts
from espreso_crawler.pages import Feed, FeedEntry, Page, feed
from espreso_crawler.pages.containers import BODY
from espreso_crawler.pages.listing import listing
from espreso_crawler.pages.lists import AddressList, rss, sitemap
from espreso_crawler.pages.media import EMBED_HOSTS, VIDEO_HOSTS
from espreso_crawler.pages.opt_outs import reserves
from espreso_crawler.processors.text import is_known_label
from espreso_crawler.site import AGENT
from espreso_crawler.survey.captures import Capture, Captures
from espreso_crawler.tagging import Tagger

State = Literal["ok", "missing", "bad"]
FIELDS = (
    "entity_id", "headline", "description", "article_body", "date_published", "date_modified", "authors",
    "article_section", "labels", "keywords", "images", "related", "feed",
)  # fmt: skip
"""Fields of the record that a survey counts, in the order of its table."""
ELEMENTS = defs.tags | {"picture", "dialog", "template", "noindex", "main", "-text", "-comment"}
"""Elements of HTML: any other one in a body is the site's own, or new."""
PROVIDERS = frozenset({*EMBED_HOSTS.values(), *VIDEO_HOSTS.values()})
LONGEST_EXAMPLE = 60


@dataclass(slots=True)
class Place:
    """One list or file of the site."""

    name: str
    url: str
    state: State
    """`missing`: the site has none; `bad`: it is there, and could not be read."""
    says: str
    """What was found, in words."""


@dataclass(slots=True)
class FieldCount:
    """One field over the articles that could be read."""

    name: str
    filled: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    agreeing: int = 0
    """Articles in which another source says the same."""
    differing: int = 0
    example: str | None = None


@dataclass(slots=True)
class Reading:
    """One article."""

    url: str
    id: str | None = None
    headline: str | None = None
    doubts: list[str] = field(default_factory=list)
    """Why a crawl would hold it back."""
    problem: str | None = None
    """Why there is no record."""
    opt_outs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Unknown:
    """What the parsers did not understand, with how often."""

    labels: Counter[str] = field(default_factory=Counter)
    headings: Counter[str] = field(default_factory=Counter)
    """Day headings of the feed."""
    elements: Counter[str] = field(default_factory=Counter)
    """Elements in bodies that HTML does not have."""
    embeds: Counter[str] = field(default_factory=Counter)
    """Hosts of frames that no provider is known for."""

    def __bool__(self) -> bool:
        return any((self.labels, self.headings, self.elements, self.embeds))


@dataclass(slots=True)
class Findings:
    """What was found of one edition."""

    edition: str
    start: str
    places: list[Place] = field(default_factory=list)
    articles: list[Reading] = field(default_factory=list)
    fields: list[FieldCount] = field(default_factory=list)
    feed_labels: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    """Of the articles."""
    sections: Counter[str] = field(default_factory=Counter)
    unknown: Unknown = field(default_factory=Unknown)

    @property
    def read(self) -> list[Reading]:
        """The articles that gave a record."""
        return [each for each in self.articles if each.problem is None]

    @property
    def sure(self) -> list[Reading]:
        """The articles whose record nothing casts doubt on."""
        return [each for each in self.read if not each.doubts]


def findings(captures: Captures, tagged_by: Tagger) -> Findings:
    """Return what the captures of an edition show."""
    found = Findings(identity.edition_of(captures.start), captures.start)
    found.fields = [FieldCount(name) for name in FIELDS]
    found.places = [
        _robots(captures),
        _reservations(captures),
        _place("start page", captures.one("start"), lambda capture: _start(capture, found)),
        _place("RSS", captures.one("rss"), lambda capture: _addresses(rss(capture.body, capture.url))),
        _place("sitemap", captures.one("sitemap"), lambda capture: _sitemap(capture, captures.one("child"))),
        _place("archive", captures.one("archive"), _archive),
    ]
    for capture in captures.articles():
        found.articles.append(_article(capture, captures.one("reservations"), tagged_by, found))
    return found


def _robots(captures: Captures) -> Place:
    capture = captures.one("robots")
    if capture is None:
        return Place("robots.txt", captures.start, "bad", "could not be read, so nothing may be fetched")
    if capture.problem:
        return Place("robots.txt", capture.url, "missing", f"{capture.problem}: nothing is forbidden")
    rules = Protego.parse(capture.body.decode("utf-8", "replace"))
    may = "allowed" if rules.can_fetch(captures.start, AGENT) else "FORBIDDEN"
    delay = rules.crawl_delay(AGENT)
    asks = f"asks for {delay:g} s between requests" if delay else "asks for no delay"
    path = urlsplit(captures.start).path or "/"
    return Place("robots.txt", capture.url, "ok", f"{path} is {may}; {asks}")


def _reservations(captures: Captures) -> Place:
    capture = captures.one("reservations")
    name = "opt-outs"
    if capture is None or capture.problem:
        return Place(name, capture.url if capture else captures.start, "missing", "no tdmrep.json: none for the site")
    reserved = reserves(capture.body, urlsplit(captures.start).path)
    says = "the site reserves text and data mining" if reserved else "tdmrep.json reserves nothing here"
    return Place(name, capture.url, "ok", says)


def _place(name: str, capture: Capture | None, says: Callable[[Capture], str]) -> Place:
    if capture is None:
        return Place(name, "", "missing", "was not asked for")
    if capture.problem:
        is_missing = capture.problem in ("HTTP 404", "HTTP 410")
        return Place(name, capture.url, "missing" if is_missing else "bad", capture.problem)
    try:
        return Place(name, capture.url, "ok", says(capture))
    except PageError as error:
        return Place(name, capture.url, "bad", str(error).removeprefix(f"{capture.url}: "))


def _start(capture: Capture, found: Findings) -> str:
    entries = feed(_page(capture))
    found.unknown.headings.update(entries.unread_headings)
    found.feed_labels.update(each.label for each in entries.entries if each.label)
    return ", ".join(_feed_words(entries))


def _feed_words(found: Feed) -> Iterator[str]:
    how = {"markup": "by the known markup", "structure": "by shape: the known markup is gone"}[found.way]
    yield f"{len(found.entries)} entries {how}"
    timed = [each.published_at for each in found.entries if each.published_at]
    yield f"{len(timed)} with a time" if len(timed) < len(found.entries) else "each with a time"
    if timed:
        yield f"{min(timed):%-d %b %H:%M} to {max(timed):%-d %b %H:%M}"
    yield f"{len({each.day for each in found.entries if each.day})} days read"
    if found.wrong_weekdays:
        yield f"{found.wrong_weekdays} headings with a wrong weekday"
    if found.unread_headings:
        yield f"{len(found.unread_headings)} day headings NOT read"


def _addresses(found: AddressList) -> str:
    times = [each.published_at for each in found.entries if each.published_at]
    newest = f", the newest of {max(times):%-d %b %H:%M}" if times else ", without times"
    whole = "" if found.is_whole else "; it is cut or broken"
    lost = f"; {found.unusable} without an address" if found.unusable else ""
    return f"{len(found.entries)} entries{newest}{whole}{lost}"


def _sitemap(capture: Capture, child: Capture | None) -> str:
    found = sitemap(capture.body, capture.url)
    if not found.children:
        return f"{len(found.entries)} addresses"
    if child is None or child.problem:
        return f"{len(found.children)} sitemaps; the first could not be read: {child.problem if child else 'foreign'}"
    first = sitemap(child.body, child.url)
    return f"{len(found.children)} sitemaps; the first has {len(first.entries)} addresses"


def _archive(capture: Capture) -> str:
    entries: list[FeedEntry] = listing(_page(capture)).entries
    timed = sum(each.published_at is not None for each in entries)
    printed = "each with a time" if entries and timed == len(entries) else f"{timed} with a time"
    return f"{len(entries)} entries, {printed}"


def _article(capture: Capture, site: Capture | None, tagged_by: Tagger, found: Findings) -> Reading:
    if capture.problem:
        return Reading(capture.url, problem=capture.problem)
    try:
        page = _page(capture)
        record = record_of(page, tagged_by, capture.sighting)
    except PageError as error:
        return Reading(capture.url, problem=str(error).removeprefix(f"{capture.url}: "))
    if site and not site.problem and reserves(site.body, urlsplit(capture.url).path):
        record.opt_outs = sorted({*record.opt_outs, "tdm-reserved"})
    _count(record, found)
    _note_unknown(record, page, found.unknown)
    by = {each.field: each for each in record.provenance}
    raised = doubts(Row(record, by, capture.url if capture.sighting else None))
    return Reading(
        capture.url,
        record.id,
        record.headline,
        [DOUBT_BY_NAME[name].text for name in raised],
        opt_outs=record.opt_outs,
    )


def _count(record: Article, found: Findings) -> None:
    by = {each.field: each for each in record.provenance}
    for count in found.fields:
        value = getattr(record, count.name)
        if not value:
            continue
        count.filled += 1
        count.example = count.example or _example(value)
        if said := by.get(count.name):
            count.sources[said.source] += 1
            count.agreeing += said.agrees is True
            count.differing += said.agrees is False
    found.labels.update(record.labels)
    if record.article_section:
        found.sections[record.article_section] += 1


def _note_unknown(record: Article, page: Page, unknown: Unknown) -> None:
    labels = {*record.labels, *filter(None, [record.feed.label if record.feed else None])}
    unknown.labels.update(label for label in labels if not is_known_label(label))
    for block in record.blocks:
        if block.type == "embed" and block.provider not in PROVIDERS:
            unknown.embeds[block.provider or "without address"] += 1
    for container in page.tree.css(BODY):
        tags = (node.tag or "" for node in container.traverse(include_text=False))
        unknown.elements.update(tag for tag in tags if tag not in ELEMENTS)


def _example(value: Any) -> str:
    first = value[0] if isinstance(value, list) else value
    shown = next((getattr(first, name) for name in ("name", "headline", "url") if getattr(first, name, None)), None)
    if shown is None and hasattr(first, "published_at"):
        shown = first.published_at or first.label or first.position
    text = shown or first
    line = f"{text:%Y-%m-%d %H:%M}" if hasattr(text, "strftime") else " ".join(str(text).split())
    return line if len(line) <= LONGEST_EXAMPLE else f"{line[: LONGEST_EXAMPLE - 1]}…"


def _page(capture: Capture) -> Page:
    if capture.served is None:
        raise PageError("was not fetched")
    return capture.served.page(capture.body)
