"""Answers of the site of the tests: those of the demo site, but for faults, redesigns and opt-outs."""

from collections.abc import Iterable
from dataclasses import replace

import orjson

from espreso_crawler.demo_site import pages
from espreso_crawler.demo_site.responses import JSON, TEXT, Request, Response
from tests.site.damage import spoiled
from tests.site.error_pages import challenge_page, error_page
from tests.site.layouts import LAYOUTS
from tests.site.script_tape import tape_json
from tests.site.site import Site


class Pages(pages.Pages):
    """Answers requests for one site, with the faults and the layout that are on."""

    layouts = LAYOUTS
    _site: Site

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._routes["/robots.txt"] = self._robots
        self._routes["/news-tape.json"] = self._tape_page
        if site.options.tdmrep:
            self._routes["/.well-known/tdmrep.json"] = lambda *_: Response(200, site.options.tdmrep.encode(), JSON)

    def response(self, request: Request) -> Response:
        """Return the answer to a request: the page, or what a fault makes of it."""
        fault = self._site.faults.hit(request.target)
        if fault and fault.kind == "hold":
            return replace(self.answer(request), deliver=self._site.faults.keep)
        if fault:
            return spoiled(fault, request.target, lambda: self.answer(request))
        return super().response(request)

    def answer(self, request: Request) -> Response:
        """Return the answer to a request without a fault; a challenge in the layout of that name."""
        if self._site.layout == "challenge" and request.path != "/robots.txt":
            return Response(403, challenge_page(), headers=(("cf-mitigated", "challenge"),))
        answer = super().answer(request)
        options = self._site.options
        said = (("X-Robots-Tag", options.robots_tag), ("TDM-Reservation", options.tdm_reservation))
        headers = tuple(header for header in said if header[1]) if answer.is_html else ()
        return replace(answer, headers=(*answer.headers, *headers)) if headers else answer

    def _tape_page(self, request: Request, base: str) -> Response:
        size = self._site.options.tape_entries
        entries = self._site.entries((pages.page_number(request) - 1) * size, size)
        return Response(200, orjson.dumps(tape_json(entries, self._site.words, base)), JSON)

    def _robots(self, _request: Request, base: str) -> Response:
        site = self._site
        if site.robots == "missing":
            return Response(404, error_page())
        if site.robots == "unavailable":
            return Response(503, error_page())
        if site.robots == "challenge":
            return Response(200, challenge_page())
        disallowed = site.disallow if site.robots == "disallow" else ()
        return Response(200, _robots_txt(base, disallowed, site.options.crawl_delay), TEXT)


def _robots_txt(base: str, disallowed: Iterable[str], crawl_delay: int) -> bytes:
    rules = "".join(f"Disallow: {path}\n" for path in disallowed) or "Disallow:\n"
    rules += f"Crawl-delay: {crawl_delay}\n" if crawl_delay else ""
    return f"User-agent: *\n{rules}\nSitemap: {base}/sitemap.xml\n".encode()
