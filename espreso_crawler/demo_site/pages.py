"""From a path to an answer: every address of the site and what stands there."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from itertools import chain
from urllib.parse import parse_qs
from zlib import crc32

from espreso_crawler.demo_site import sitemaps
from espreso_crawler.demo_site.article_page import amp_page, article_parts
from espreso_crawler.demo_site.articles import Brief
from espreso_crawler.demo_site.document import Parts, Stamp, document
from espreso_crawler.demo_site.edition import Link
from espreso_crawler.demo_site.frame import Frame
from espreso_crawler.demo_site.layouts import LAYOUTS, Rewrite
from espreso_crawler.demo_site.listing import news_parts, not_found_parts, topic_parts
from espreso_crawler.demo_site.responses import TEXT, XML, Request, Response, moved_to
from espreso_crawler.demo_site.site import Site
from espreso_crawler.demo_site.tape import tape_html

_PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
_STATIC = ("/img/", "/css/", "/js/", "/svg/", "/uploads/", "/cdn-cgi/")
_TOPIC_LINKS = 20
_TOPIC_SEARCHED = 400
_SITEMAP_DAYS = 90
_GOOGLE_NEWS_DAYS = 2
_LONGEST_PAGE_NUMBER = 9


class Pages:
    """Answers requests for one site, in the layout that is on.

    A site of the tests is a subclass: it answers some requests in another way, and knows more layouts.
    """

    layouts: Mapping[str, Rewrite] = LAYOUTS

    def __init__(self, site: Site) -> None:
        self._site = site
        self.set_layout(site.layout)
        self._served = 0
        self._frame = lru_cache(maxsize=8)(lambda base: Frame(site.words, base, site.seed))
        self._tape = lru_cache(maxsize=4)(self._make_tape)
        self._sitemap = lru_cache(maxsize=4)(self._make_sitemap)
        self._topic_briefs = lru_cache(maxsize=64)(self._find_briefs)
        words = site.words
        writers = (Link(writer.slug, writer.name) for writer in words.columnists)
        links = chain(words.menu, words.rubrics, [words.column_rubric], words.tags, words.authors, writers)
        self._topics = {link.slug: link for link in links}
        self._routes: dict[str, Callable[[Request, str], Response]] = {
            "/": lambda _, base: self._topic(Link("", words.strings["site_name"]), base),
            "/news": self._news,
            "/robots.txt": lambda _, base: Response(200, sitemaps.robots_txt(base), TEXT),
            "/rss": self._rss,
            "/sitemap.xml": lambda _, base: Response(200, sitemaps.index_xml(base, site.clock.now()), XML),
            **{f"/{name}": self._one_sitemap for name in sitemaps.SITEMAPS},
            **{f"/{name}.gz": self._gzipped_sitemap for name in sitemaps.SITEMAPS},
        }

    def response(self, request: Request) -> Response:
        """Return the answer to a request; 304 to a client that knows this version of a list."""
        return _versioned(self.answer(request), request.if_none_match)

    def set_layout(self, name: str) -> None:
        """Show the site in another layout; raises `ValueError` for an unknown one, which would mean the plain site."""
        if name not in self.layouts:
            raise ValueError(f"unknown layout {name!r}: one of {', '.join(self.layouts)}")
        self._site.layout = name

    def answer(self, request: Request) -> Response:
        """Return the answer to a request, whole."""
        base = f"http://{request.host}"
        path = request.path
        route = self._routes.get(path)
        if route:
            return route(request, base)
        if path.startswith(_STATIC):
            return Response(200, _PIXEL, "image/gif")
        if path.endswith("/"):
            return moved_to(f"{base}{path.rstrip('/')}")
        topic = self._topics.get(path[1:])
        return self._topic(topic, base) if topic else self._article(request, path[1:], base)

    def _article(self, request: Request, slug: str, base: str) -> Response:
        site = self._site
        # An article stands under its old address too; its page names the new one as canonical.
        slug = site.newsroom.slug_of_old(slug) or slug
        number = site.newsroom.number_of(slug)
        frame = self._frame(base)
        if number is None or number > site.newest:
            return self._html(not_found_parts(frame), frame, 404)
        status = site.removed_with(number)
        if status:
            return self._html(not_found_parts(frame), frame, status)
        article = site.article(number)
        if request.query == "amp":
            return Response(200, amp_page(article, slug, frame))
        related = [site.brief(card) for card in article.related]
        return self._html(article_parts(article, slug, related, frame), frame)

    def _news(self, request: Request, base: str) -> Response:
        page, size = page_number(request), self._site.options.listing_entries
        entries = self._site.entries((page - 1) * size, size + 1)
        frame = self._frame(base)
        has_times = self._site.options.listing_times
        parts = news_parts(entries[:size], page, frame, has_next=len(entries) > size, has_times=has_times)
        return self._html(parts, frame)

    def _topic(self, topic: Link, base: str) -> Response:
        briefs = self._topic_briefs(topic.slug, self._site.minute, self._site.changes)
        frame = self._frame(base)
        return self._html(topic_parts(topic, briefs, frame), frame)

    def _rss(self, _request: Request, base: str) -> Response:
        site = self._site
        entries = site.entries(0, site.options.tape_entries)
        return Response(200, sitemaps.rss_xml(base, site.words, entries, site.clock.now()), XML)

    def _one_sitemap(self, request: Request, base: str) -> Response:
        return Response(200, self._sitemap(request.path[1:], base, self._site.minute, self._site.changes), XML)

    def _gzipped_sitemap(self, request: Request, base: str) -> Response:
        plain = self._one_sitemap(request._replace(target=request.path.removesuffix(".gz")), base)
        return Response(200, gzip.compress(plain.body, mtime=0), "application/gzip")

    def _html(self, parts: Parts, frame: Frame, status: int = 200) -> Response:
        site = self._site
        tape = self._tape(frame.base, site.minute, site.changes)
        self._served += 1
        stamp = Stamp.of(site.seed, self._served, site.minute * 60)
        page = document(parts, frame, tape, site.options.page_bytes, stamp)
        rewrite = self.layouts[site.layout]
        return Response(status, rewrite(page.decode(), site.words, site.seed).encode() if rewrite else page)

    def _make_tape(self, base: str, _minute: int, _changes: int) -> bytes:
        entries = self._site.entries(0, self._site.options.tape_entries)
        return tape_html(entries, self._site.words, base, self._strays(base)).encode()

    def _make_sitemap(self, name: str, base: str, _minute: int, _changes: int) -> bytes:
        site, now = self._site, self._site.clock.now()
        if name == "sitemap-categories.xml":
            return sitemaps.links_xml(base, (*site.words.rubrics, site.words.column_rubric), now)
        if name == "sitemap_tags_1.xml":
            return sitemaps.links_xml(base, site.words.tags, now)
        if name == "sitemapnews/1":
            count = _GOOGLE_NEWS_DAYS * site.options.per_day
            return sitemaps.google_news_xml(base, site.words, site.entries(0, count))
        standing = [n for n in site.numbers(now - timedelta(days=_SITEMAP_DAYS), now) if not site.removed_with(n)]
        rows = ((f"{base}/{slug}", site.modified(n)) for n in standing for slug in _slugs(site.newsroom.brief(n)))
        return sitemaps.articles_xml((*rows, *((url, now) for url in self._strays(base))))

    def _strays(self, base: str) -> list[str]:
        return [f"{base}{link}" if link.startswith("/") else link for link in self._site.options.strays]

    def _find_briefs(self, slug: str, _minute: int, _changes: int) -> list[Brief]:
        is_general = slug in {"", *(link.slug for link in self._site.words.menu)}
        found = [
            entry.brief
            for entry in self._site.entries(0, _TOPIC_LINKS if is_general else _TOPIC_SEARCHED)
            if is_general or slug in {entry.brief.rubric.slug, entry.brief.author.slug, *dict(entry.brief.tags)}
        ]
        return found[:_TOPIC_LINKS]


def _versioned(answer: Response, known: str) -> Response:
    """Return a list with its version, or 304 to who has it; pages differ with every answer and have none."""
    if answer.content_type != XML or answer.status != HTTPStatus.OK:
        return answer
    etag = f'"{crc32(answer.body):08x}"'
    if known == etag:
        return Response(HTTPStatus.NOT_MODIFIED, b"", XML, (("ETag", etag),))
    return replace(answer, headers=(*answer.headers, ("ETag", etag)))


def _slugs(brief: Brief) -> tuple[str, ...]:
    return (brief.slug, brief.alias) if brief.alias else (brief.slug,)


def page_number(request: Request) -> int:
    """Return the page of a list that a request asks for, from 1; the first one for nonsense."""
    number = parse_qs(request.query).get("page", ["1"])[0]
    is_number = number.isascii() and number.isdigit() and len(number) <= _LONGEST_PAGE_NUMBER
    return max(1, int(number)) if is_number else 1
