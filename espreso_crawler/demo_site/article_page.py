"""The page of an article in the site's markup."""

from collections.abc import Sequence

import orjson

from espreso_crawler.demo_site.articles import Article, Brief
from espreso_crawler.demo_site.body_markup import body_html, glued_text
from espreso_crawler.demo_site.document import Head, Parts
from espreso_crawler.demo_site.edition import Link
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.frame import Frame
from espreso_crawler.demo_site.oddities import has_oddity

_EXCERPT = 120


def article_parts(article: Article, slug: str, related: Sequence[Brief], frame: Frame) -> Parts:
    """Return the parts of an article's page under one of its slugs; `related` are the cards below it."""
    brief = article.brief
    image = f"{frame.base}{brief.photo.stem}.jpg"
    # Without a lead the site has only the text to describe a page by, and cuts it.
    description = article.lead or f"{article.blocks[-1].text[:_EXCERPT]}..."
    return Parts(
        head=Head(brief.headline, description, f"/{slug}", og_type="article", image=image, has_amp=True),
        trail=(brief.rubric,),
        main=_main(article, slug, related, frame),
        jsonld=_news_article(article, slug, frame),
        entity_id=brief.entity_id,
    )


def amp_page(article: Article, slug: str, frame: Frame) -> bytes:
    """Return the AMP copy: the body, but no date, label or author."""
    brief, base = article.brief, frame.base
    title = escaped(brief.headline)
    lead = f"<h2>{escaped(article.lead)}</h2>\n" if article.lead else ""
    return (
        f'<!doctype html>\n<html amp lang="{frame.words.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<script async src="https://cdn.ampproject.org/v0.js"></script>\n<title>{title}</title>\n'
        f'<link rel="canonical" href="{base}/{slug}">\n'
        '<meta name="viewport" content="width=device-width,minimum-scale=1,initial-scale=1">\n</head>\n'
        f'<body>\n<h1>{title}</h1>\n{lead}<div class="amp-content">\n'
        f"{body_html(article.blocks, brief.number, base)}\n</div>\n"
        f'<a href="{base}/{slug}">{title}</a>\n</body>\n</html>\n'
    ).encode()


def _news_article(article: Article, slug: str, frame: Frame) -> str:
    brief, base = article.brief, frame.base
    author = f"{base}/{brief.author.slug}" if brief.author_has_page else base
    keywords = [brief.rubric.name, *(tag.name for tag in brief.tags), brief.rubric.name]
    fields = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": f"{base}/{slug}"},
        "headline": article.jsonld_headline,
        "articleSection": brief.rubric.name,
        "keywords": ", ".join(keywords),
        "articleBody": glued_text(article.blocks),
        "author": {
            "@type": "Person",
            "name": brief.author.name,
            "url": author,
            "knowsAbout": "News feed editor",
        },
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": frame.words.strings["site_name"],
            "url": base,
            "logo": {"@type": "ImageObject", "url": "img/logo.png", "width": 100, "height": 100},
        },
        "image": [
            {
                "@type": "ImageObject",
                "url": f"{base}{brief.photo.stem}_new_960x380_0.webp",
                "width": 960,
                "height": 380,
            }
        ],
        "datePublished": brief.published.isoformat(),
        "dateModified": article.modified.isoformat(),
        "description": article.lead or "",
    }
    return f'<script type="application/ld+json">{orjson.dumps(fields).decode()} </script>\n'


def _main(article: Article, slug: str, related: Sequence[Brief], frame: Frame) -> str:
    brief, url = article.brief, f"{frame.base}/{slug}"
    title = escaped(brief.headline)
    return (
        f'<div class="news_wrapper tpl-news" data-news_id="{brief.entity_id}">\n'
        f'<div class="js-url-change" data-news_url="{url}" data-news_title="{title}">\n'
        f"{_header(article, url, frame)}{_content(article, frame)}{_share(url, frame)}{_tags(brief, frame)}"
        f"{_comments(url, frame)}{_cards(related, frame)}</div>\n</div>\n"
    )


def _header(article: Article, url: str, frame: Frame) -> str:
    brief, words = article.brief, frame.words
    mark = f'<div class="mark"><div class="item">{escaped(article.mark)}</div></div>\n' if article.mark else ""
    author = Link(brief.author.slug, brief.author.name)
    by = frame.link(author) if brief.author_has_page else f" {escaped(author.name)} "
    clock = f'<div class="news__author_date__time"> {brief.published:%H:%M} </div>\n'
    return (
        f'<section class="header_current_article">\n{mark}'
        f'<h1 class="text-title">{escaped(brief.headline)}</h1>\n'
        f'<div class="news__author_date">\n<div class="news__author_date__author">{by}</div>\n'
        f'<div class="news__author_date__date"> {escaped(words.date_text(brief.published))} </div>\n'
        f"{'' if has_oddity(brief.number, 'no_header_time') else clock}</div>\n{_picture(brief, frame)}"
        f'<div class="news-social-share_wrapper clearfix">\n{_share(url, frame)}'
        f'<div class="img-text">\n{_captions(article, frame)}</div>\n</div>\n</section>\n'
    )


def _picture(brief: Brief, frame: Frame) -> str:
    stem, alt = f"{frame.base}{brief.photo.stem}", escaped(brief.photo.alt)
    rubric = frame.link(brief.rubric, "in_news_single__image__rubric tag_on_photo")
    return (
        f'<div class="in_news_single__image">\n{rubric}\n'
        f'<picture><source srcset="{stem}_new_700x370_0.webp" media="(max-width: 768px)">'
        f'<img class="lazy" src="/img/px.gif" data-src="{stem}_new_960x500_0.webp" title="{alt}" '
        f'alt="{alt}"></picture>\n'
        "</div>\n"
    )


def _captions(article: Article, frame: Frame) -> str:
    credit = frame.words.strings["photo_credit"].format(source=article.credit)
    return "".join(f"<p>{escaped(line)}</p>\n" for line in (*article.captions, credit))


def _content(article: Article, frame: Frame) -> str:
    lead = f'<h2 class="text-subtitle">{escaped(article.lead)}</h2>\n' if article.lead else ""
    return (
        f'<section class="content_current_article">\n{lead}<div class="news-content-list js-gen-list">'
        f'<div class="list-title">{frame.words.strings["contents_title"]}</div></div>\n'
        '<div class="news-content">\n'
        f"{body_html(article.blocks, article.brief.number, frame.base)}\n</div>\n</section>\n"
        '<div class="social-links"><a href="https://t.me/demo_town_news" class="soc-link" target="_blank">'
        f"<span>{frame.words.strings['telegram']}</span></a></div>\n"
    )


def _share(url: str, frame: Frame) -> str:
    return (
        '<div class="d-tbl-cell"><section class="news-social-share flex-start">'
        f'<div class="news-social-share_title"> {frame.words.strings["share_title"]} </div>'
        '<div class="news-social-share_content"><a class="news-social-share_content__item" '
        f'href="https://social.example/share?u={url}" target="_blank"><img width="9" height="18" '
        f'src="{frame.base}/img/share.svg" alt="Share"></a></div></section></div>\n'
    )


def _tags(brief: Brief, frame: Frame) -> str:
    links = (Link("news", frame.words.strings["news"]), *brief.tags)
    boxes = "\n".join(
        f'<div class="similar_by_tag_container"><div class="similar_by_tags_output">{frame.link(link)}</div></div>'
        for link in links
    )
    return (
        '<section class="similar_by_tag tags-cloud">\n'
        f'<div class="tag-title"> {frame.words.strings["tags_title"]} </div>\n'
        f'<div class="tag-box">\n{boxes}\n</div>\n'
        "</section>\n"
    )


def _comments(url: str, frame: Frame) -> str:
    title = frame.words.strings["comments_title"]
    return (
        f'<div class="facebook-comments"><div class="text-subtitle">{title}</div>\n'
        f'<noindex><div id="fb-root"></div><div class="fb-comments" data-href="{url}" '
        'data-numposts="5"></div></noindex>\n'
        "</div>\n"
    )


def _cards(related: Sequence[Brief], frame: Frame) -> str:
    cards = "".join(_card(brief, frame) for brief in related)
    return (
        '<section class="similar_by_tag similar-news">\n'
        f'<div class="similar_by_tag_title"> {frame.words.strings["read_also_title"]} </div>\n'
        f'<div class="similar_by_tag__multiple">\n{cards}</div>\n</section>\n'
    )


def _card(brief: Brief, frame: Frame) -> str:
    words, alt = frame.words, escaped(brief.photo.alt)
    return (
        f'<a class="similar_by_tag__multiple__item js-read-also-item" data-id="{brief.entity_id}" '
        f'href="{frame.base}/{brief.slug}">\n<div class="similar_by_tag__multiple__item__image">'
        '<img class="lazy" '
        f'src="/img/px.gif" data-src="{frame.base}{brief.photo.stem}_new_300x170_0.webp" alt="{alt}" '
        f'title="{alt}"></div>\n'
        '<div class="similar_by_tag__multiple__item__author_date">'
        '<div class="similar_by_tag__multiple__item__author">'
        f"<span><b>{words.strings['author_word']}</b> {escaped(brief.author.name)}</span></div>"
        f'<div class="similar_by_tag__multiple__item__date"> {escaped(words.date_text(brief.published))} '
        "</div></div>\n"
        f'<div class="similar_by_tag__multiple__title"> {escaped(brief.headline)} </div>\n</a>\n'
    )
