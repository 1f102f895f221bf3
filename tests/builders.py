"""Pages for tests: built in the site's markup from plain facts, or disguised; nothing here parses."""

import html
import itertools
import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from espreso_crawler.pages import Page

CAPTURED = datetime(2024, 12, 24, 17, 5, tzinfo=UTC)
CLASS_OR_ID = re.compile(r"(?P<name>\b(?:class|id))=(?P<quote>[\"'])(?P<words>[^\"']*)(?P=quote)")


@dataclass
class Entry:
    """A row of a feed as a page prints it; `day` opens a new day heading (year line, day line)."""

    time: str
    headline: str
    label: str | None = None
    day: tuple[str, str] | None = None
    href: str = ""


@dataclass
class Facts:
    """What a page is built from."""

    url: str = "https://global.espreso.tv/news-a-bridge-opens"
    lang: str = "en"
    entity_id: str | None = "700001"
    headline: str = "A bridge opens"
    jsonld_headline: str | None = None
    lead: str | None = "The new bridge carries its first cars"
    date: str | None = "2 November, 2024 Saturday"
    time: str | None = "11:37"
    published: str | None = "2024-11-02T11:37:00+02:00"
    author: str = '<a href="https://global.espreso.tv/olena-example">Olena Example</a>'
    author_name: str | None = "Olena Example"
    marks: tuple[str, ...] = ()
    body: str = "<p>First paragraph of a story that goes on for a while, long enough to count as text.</p>"
    jsonld_body: str | None = None
    under_image: str = "<p>A bridge</p><p>photo: Press office</p>"
    tags: tuple[tuple[str, str], ...] = (("News", "/news"), ("Bridges", "/bridges"))
    entries: list[Entry] = field(default_factory=list)
    has_jsonld: bool = True
    more: str | None = "/news?page=2"


def article_html(facts: Facts) -> str:
    """Return an article page in the site's markup."""
    e = html.escape
    date = f'<div class="news__author_date__date">{e(facts.date)}</div>' if facts.date else ""
    time = f'<div class="news__author_date__time">{e(facts.time)}</div>' if facts.time else ""
    mark = "".join(f'<div class="mark"><div class="item">{e(mark)}</div></div>' for mark in facts.marks)
    lead = f'<h2 class="text-subtitle">{e(facts.lead)}</h2>' if facts.lead else ""
    tags = "".join(
        f'<div class="similar_by_tags_output"><a href="{href}">{e(name)}</a></div>' for name, href in facts.tags
    )
    entity = facts.entity_id or ""
    wrapper = f'<div class="news_wrapper tpl-news" data-news_id="{entity}">' if entity else "<div>"
    return f"""<!DOCTYPE html><html lang="{facts.lang}"><head><meta charset="utf-8"><title>{e(facts.headline)}</title>
<meta property="og:type" content="article"><meta property="og:title" content="{e(facts.headline)}">
<meta property="og:image" content="https://static.espreso.tv/uploads/1_Bridge.jpg?id=1730540220">
<link rel="canonical" href="{facts.url}"></head><body data-entity-id="{entity}">
{_json_ld(facts) if facts.has_jsonld else ""}
<header class="site-header"><nav><ul><li><a href="/news">News</a></li></ul></nav></header>
{wrapper}<section class="header_current_article">{mark}<h1 class="text-title">{e(facts.headline)}</h1>
<div class="news__author_date"><div class="news__author_date__author">{facts.author}</div>{date}{time}</div>
<div class="in_news_single__image"><a href="/society" class="in_news_single__image__rubric">Society</a>
<picture><source srcset="https://static.espreso.tv/uploads/1_Bridge_new_700x370_0.webp" media="(max-width: 768px)">
<img class="lazy" src="/img/px.gif" data-src="https://static.espreso.tv/uploads/1_Bridge_new_960x500_0.webp" alt="Bridge">
</picture></div><div class="img-text">{facts.under_image}</div></section>
<section class="content_current_article">{lead}
<div class="news-content-list js-gen-list"><div class="list-title">client/title.list_title</div></div>
<div class="news-content">{facts.body}</div></section>
<section class="similar_by_tag tags-cloud"><div class="tag-title">Tags:</div>{tags}</section>
<section class="similar_by_tag similar-news"><div>Read also:</div>
<a class="similar_by_tag__multiple__item js-read-also-item" data-id="699001" href="https://global.espreso.tv/news-older">
<div class="similar_by_tag__multiple__item__date">1 November, 2024 Friday</div>
<div class="similar_by_tag__multiple__title">An older story</div></a></section></div>
{feed_html(facts.entries, facts.more)}</body></html>"""


def feed_html(entries: list[Entry], more: str | None = "/news?page=2") -> str:
    """Return the news feed block in the site's markup."""
    rows = "".join(map(_row, entries))
    button = f'<a href="{more}" class="btn btn-black btn-black_oval">More news</a>' if more else ""
    return f"""<div class="main-wrapper_right" id="js-newsTapeGlobalContainer"><div class="news-tape">
<ul class="news-tape_head_switcher"><li>News</li></ul><div class="news-tape_body"><div id="first-block">{rows}</div></div>
{button}</div></div>"""


def page(source: str | Facts, url: str = "https://global.espreso.tv/news-a-bridge-opens", **given: object) -> Page:
    """Return a parsed page of HTML or facts, captured on 24 December 2024 unless told otherwise."""
    body = article_html(source) if isinstance(source, Facts) else source
    url = source.url if isinstance(source, Facts) else url
    return Page.read(body.encode(), **({"url": url, "fetched_at": CAPTURED} | given))  # type: ignore[arg-type]


def disguised(markup: str, seed: int = 1) -> str:
    """Return a page with every class name and every id replaced by a random word, the same for the same name."""
    chance = random.Random(seed)  # noqa: S311
    words: dict[str, str] = {}

    def word(name: str) -> str:
        return words.setdefault(name, "".join(chance.choices("bcdfghklmnprstvz", k=9)))

    def replaced(match: re.Match[str]) -> str:
        names = " ".join(map(word, match["words"].split()))
        return f"{match['name']}={match['quote']}{names}{match['quote']}"

    return CLASS_OR_ID.sub(replaced, markup)


def global_facts(text: str) -> Facts:
    """Return the facts of the saved text of a Global page: headline, date, lead, body and feed."""
    body, _, tail = text.partition("Tags:\n")
    lines = [line.strip("\n") for line in body.split("\n") if line.strip()]
    _, headline, date, time, lead, _, *paragraphs = lines
    markup = "".join(
        f"<p><strong>{html.escape(line)}</strong></p>" if not line.rstrip("\u00a0 ").endswith((".", "”", ".”", '"'))
        else f"<p><span>{html.escape(line)}</span></p>"
        for line in paragraphs
    )  # fmt: skip
    return Facts(
        url="https://global.espreso.tv/news-russia-deploys-troops",
        entity_id="700002",
        headline=headline,
        lead=lead,
        date=date,
        time=time,
        body=markup,
        jsonld_body="".join(paragraphs),
        entries=list(_global_entries(tail)),
    )


def _global_entries(tail: str):
    lines = iter(
        line for line in tail.split("\n") if line.strip() and not line.startswith(("Read also", "  •", "More"))
    )
    day: tuple[str, str] | None = None
    number = itertools.count(1)
    for line in lines:
        if re.match(r"\d{4}, ", line):
            day = (line, next(lines))
            continue
        words = next(lines)
        label = words if words in ("Exclusive", "Updated", "OPINION", "Review") else None
        headline = next(lines) if label else words
        yield Entry(line, headline, label, day, f"https://global.espreso.tv/news-item-{next(number)}")
        day = None


def _row(entry: Entry) -> str:
    heading = ""
    if entry.day:
        year, day = entry.day
        heading = (
            f'<div class="date_title"><div class="year_date">{year}</div><div class="date_title">{day}</div></div>'
        )
    mark = f'<div class="mark-block">{entry.label}</div>' if entry.label else ""
    return (
        f'{heading}<div class="news-tape-item news-tape_video-news"><a href="{entry.href}" class="news-tape-item_link"></a>'
        f'<div class="left_side"><div class="time"><div class="main_time">{entry.time}</div>{mark}</div>'
        f'<div class="content"><div class="ttx "> {html.escape(entry.headline)} </div></div></div></div>'
    )


def _json_ld(facts: Facts) -> str:
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": facts.jsonld_headline or facts.headline,
        "articleSection": "Society",
        "keywords": "Society, " + ", ".join(name for name, _ in facts.tags[1:]) + ", Society",
        "description": facts.lead,
        "articleBody": facts.jsonld_body,
        "author": {"@type": "Person", "name": facts.author_name} if facts.author_name else None,
        "image": [{"url": "https://static.espreso.tv/uploads/1_Bridge_new_960x380_0.webp"}],
        "datePublished": facts.published,
        "dateModified": facts.published,
    }
    block = json.dumps({key: value for key, value in article.items() if value}, ensure_ascii=False)
    return f'<script type="application/ld+json">{block}</script>'
