"""The news tape, the "Read also" feed at the end of every page."""

from collections.abc import Sequence
from typing import NamedTuple

from espreso_crawler.demo_site.articles import Brief
from espreso_crawler.demo_site.edition import Edition
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.timeline import kyiv_time

# How many entries the first three of the four blocks hold; banners stand between them.
_BLOCKS = (("first-block", 3), ("second-block", 5), ("third-block", 14), ("fourth-block", None))


class Entry(NamedTuple):
    """One entry of the feed: an article and the minute (since 1970, UTC) under which the feed shows it."""

    minute: int
    brief: Brief


def tape_html(entries: Sequence[Entry], words: Edition, base: str, strays: Sequence[str] = ()) -> str:
    """Return the tape: all entries, newest first, under their day headings, and the link to page 2.

    `strays` are absolute addresses that stand above them, under the newest time.
    """
    strings = words.strings
    tabs = f'<li><span class="rubrikator_active" id="js-newsTapeRelevant">{strings["tape_title"]} </span></li>'
    if strings["tape_important"]:
        tab = f" {strings['tape_important']} "
        tabs += f'<li><span class="rubrikator_non_active" id="js-newsTapeImportant">{tab}</span></li>'
    return (
        '<div id="js-tape-scroll-trigger"></div>\n<div class="news-tape_wr">\n'
        '<div id="js-news-tape-after-desk"></div>\n'
        '<div class="news-tape">\n<div class="news-tape_head">'
        f'<ul class="news-tape_head_switcher">{tabs}</ul></div>\n'
        '<div class="news-tape_body" id="js-news-tape_body">\n<div id="js-newsTapeContent">\n'
        f"{_blocks(entries, words, base, strays)}"
        f'</div>\n<a href="{base}/news?page=2" class="btn-black_oval">{strings["more_news"]}</a>\n'
        "</div>\n</div>\n</div>\n"
    )


def _blocks(entries: Sequence[Entry], words: Edition, base: str, strays: Sequence[str]) -> str:
    parts: list[str] = []
    start = 0
    day = None
    for name, size in _BLOCKS:
        rows = entries[start : start + size] if size else entries[start:]
        start += len(rows)
        parts.append(f'<div id="{name}">\n')
        for entry in rows:
            moment = kyiv_time(entry.minute)
            if moment.date() != day:
                day = moment.date()
                # The same class nested is the site's own way to print a day.
                parts.append(
                    f'<div class="date_title"><div class="year_date"> {escaped(words.year_text(moment))} '
                    "</div>"
                    f'<div class="date_title"> {words.day_text(moment)} </div></div>\n'
                )
            if entry is entries[0]:
                parts += [_row(url, entry) for url in strays]
            parts.append(_entry(entry, base))
        parts.append("</div>\n")
    return "".join(parts)


def _entry(entry: Entry, base: str) -> str:
    return _row(f"{base}/{entry.brief.slug}", entry, f"{base}{entry.brief.photo.stem}_new_80x50_0.webp")


def _row(url: str, entry: Entry, photo: str = "") -> str:
    brief = entry.brief
    kind = "news-tape-important" if brief.is_important else "news-tape_video"
    mark = f'<div class="mark-block">{escaped(brief.label)}</div>' if brief.label else ""
    alt = escaped(brief.photo.alt)
    return (
        f'<div class="news-tape-item {kind} news-tape_video-news">\n'
        f'<a href="{url}" class="news-tape-item_link"></a>\n<div class="left_side">\n'
        '<div class="time">'
        f'<div class="main_time">{kyiv_time(entry.minute):%H:%M}</div>{mark}</div>\n<div class="content">'
        f'<div class="right_side"><img alt="{alt}" title="{alt}" class="lazy" src="/img/px.gif" '
        f'data-src="{photo}"></div>\n'
        f'<div class="ttx "> {escaped(brief.headline)} </div></div>\n</div>\n</div>\n'
    )
