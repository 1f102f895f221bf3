"""Pages that list articles and are none: `/news` and its further pages, rubrics, tags, authors."""

from collections.abc import Sequence

from espreso_crawler.demo_site.articles import Brief
from espreso_crawler.demo_site.document import Head, Parts
from espreso_crawler.demo_site.edition import Link
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.frame import Frame
from espreso_crawler.demo_site.tape import Entry
from espreso_crawler.demo_site.timeline import kyiv_time


def news_parts(entries: Sequence[Entry], page: int, frame: Frame, *, has_next: bool, has_times: bool) -> Parts:
    """Return page `page` of the news list; an empty list past the end, item times only with `has_times`."""
    news = frame.words.strings["news"]
    next_path = f"/news?page={page + 1}" if has_next else ""
    items = "".join(_item(entry, frame, has_times=has_times) for entry in entries)
    pager = (
        '<div class="pagination"><a class="pagination__next" rel="next" '
        f'href="{frame.base}{next_path}">&raquo;</a></div>\n'
    )
    main = (
        f'<div class="news_page">\n<h1 class="text-title">{news}</h1>\n'
        f'<ul id="js-news-list-container">\n{items}</ul>\n{pager if has_next else ""}</div>\n'
    )
    path = f"/news?page={page}" if page > 1 else "/news"
    return Parts(Head(news, news, path, next_path=next_path), trail=(), main=main)


def topic_parts(topic: Link, briefs: Sequence[Brief], frame: Frame) -> Parts:
    """Return the page of a rubric, tag, author or menu entry: a list of links without times."""
    rows = "".join(
        f'<li class="tag_page_content__item">{frame.link(Link(brief.slug, brief.headline))}</li>\n' for brief in briefs
    )
    title = escaped(topic.name)
    main = (
        f'<div class="tag_page">\n<h1 class="text-title">{title}</h1>\n'
        f'<ul class="tag_page_content">\n{rows}</ul>\n</div>\n'
    )
    return Parts(Head(topic.name, topic.name, f"/{topic.slug}" if topic.slug else ""), trail=(), main=main)


def not_found_parts(frame: Frame) -> Parts:
    """Return the page that an unknown address shows."""
    text = frame.words.strings["not_found"]
    return Parts(Head(text, text, "/404"), trail=(), main=f'<div class="error_page"><h1>404</h1><p>{text}</p></div>\n')


def _item(entry: Entry, frame: Frame, *, has_times: bool) -> str:
    brief, moment = entry.brief, kyiv_time(entry.minute)
    url, alt = f"{frame.base}/{brief.slug}", escaped(brief.photo.alt)
    times = (
        f'<div class="news_page_similar_content_item__date"> {escaped(frame.words.date_text(moment))} </div>'
        f'<div class="news_page_similar_content_item__time"> {moment:%H:%M} </div>\n'
        if has_times
        else ""
    )
    return (
        '<li class="news_page_similar_content__item">\n'
        '<div class="news_page_similar_content_item__wrapper">\n'
        f'<a href="{url}" class="news_page_similar_content_item__image"><img class="lazy" src="/img/px.gif" '
        f'data-src="{frame.base}{brief.photo.stem}_new_300x170_0.webp" alt="{alt}"></a>\n'
        f"{frame.link(brief.rubric, 'news_page_similar_content_item__rubric')}\n{times}"
        f'<div class="title"><a href="{url}">{escaped(brief.headline)}</a></div>\n</div>\n</li>\n'
    )
