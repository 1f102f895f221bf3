"""One site from request to response, with its request log and its control addresses under `/_demo/`."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson

from espreso_crawler.demo_site.pages import Pages
from espreso_crawler.demo_site.responses import JSON, Request, Response
from espreso_crawler.demo_site.site import Site

CONTROL = "/_demo/"
_LOG_LENGTH = 500_000
_LONGEST_LATENCY = 600.0


class Visit(NamedTuple):
    """One logged request; `seconds` count from the start of the site, `in_flight` includes this one."""

    seconds: float
    method: str
    target: str
    status: int
    user_agent: str
    host: str
    in_flight: int


class Application:
    """Answers everything that is asked of one site; what stands under `/_demo/` is not logged."""

    pages_class: type[Pages] = Pages

    def __init__(self, site: Site) -> None:
        self.site = site
        self.log: deque[Visit] = deque(maxlen=_LOG_LENGTH)
        self.in_flight = 0
        """Requests being answered; the server counts them."""
        self.pages = self.pages_class(site)
        self._started = time.monotonic()
        self.posts: dict[str, Callable[[dict[str, Any]], None]] = {
            "clock": self._move_clock,
            "update": self._update,
            "remove": lambda body: site.remove(self._number(body), body.get("status", 404), instant(body.get("at"))),
            "layout": lambda body: self.pages.set_layout(body["layout"]),
            "latency": self._set_latency,
            "reset": lambda _: site.reset(),
            "log": lambda _: self.log.clear(),
        }
        """What a POST to a control address does with its JSON, by the address's last part."""
        self.reports: dict[str, Callable[[dict[str, str], str], object]] = {
            "log": lambda _query, _base: [visit._asdict() for visit in self.log],
            "state": lambda _query, _base: self.state(),
            "articles": self._articles,
        }
        """What a GET of a control address returns for its query and the site's URL."""

    def response(self, request: Request) -> Response:
        """Return the answer to a request."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        answer = self.pages.response(request)
        seconds = time.monotonic() - self._started
        method, target, host, user_agent = request[:4]
        self.log.append(Visit(seconds, method, target, answer.status, user_agent, host, self.in_flight))
        return answer

    def state(self) -> dict[str, object]:
        """Return what is in force on the site now."""
        site = self.site
        return {
            "now": site.clock.now().isoformat(),
            "newest": site.newest,
            "language": site.words.language,
            "layout": site.layout,
            "latency": site.latency,
            "requests": len(self.log),
        }

    def _control(self, request: Request) -> Response:
        name = request.path.removeprefix(CONTROL)
        try:
            if request.method == "POST":
                self.posts[name](orjson.loads(request.body or b"{}"))
                return _json(self.state())
            query = {key: values[0] for key, values in parse_qs(request.query).items()}
            return _json(self.reports[name](query, f"http://{request.host}"))
        except KeyError as error:
            return _json({"error": f"missing or unknown: {error}"}, 404)
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 400)

    def _move_clock(self, body: dict[str, Any]) -> None:
        now = instant(body.get("now"))
        if now:
            self.site.clock.set(now)
        if body.get("advance_minutes"):
            self.site.advance(body["advance_minutes"])
        if body.get("publish"):
            self.site.publish(body["publish"])

    def _update(self, body: dict[str, Any]) -> None:
        at, kind = instant(body.get("at")), body.get("kind", "text")
        self.site.update(self._number(body), at, kind, silent=body.get("silent", False), text=body.get("text", ""))

    def _set_latency(self, body: dict[str, Any]) -> None:
        seconds = float(body["seconds"])
        if not 0 <= seconds <= _LONGEST_LATENCY:
            raise ValueError(f"seconds {seconds}: give 0 to {_LONGEST_LATENCY}")
        self.site.latency = seconds

    def _number(self, body: dict[str, Any]) -> int:
        """Return the number of the article that is meant: by its number or its URL; else the newest one."""
        if "url" not in body:
            return int(body.get("number", self.site.newest))
        number = self.site.newsroom.number_of(urlsplit(body["url"]).path.strip("/"))
        if number is None:
            raise ValueError(f"{body['url']}: no article of this site; /_demo/articles lists the newest")
        return number

    def _articles(self, _query: dict[str, str], base: str) -> list[dict[str, object]]:
        entries = (entry.brief for entry in self.site.entries(0, self.site.options.tape_entries))
        return [{"number": each.number, "url": f"{base}/{each.slug}", "headline": each.headline} for each in entries]


def instant(text: str | None) -> datetime | None:
    """Return the aware time of an ISO 8601 text; None of none."""
    # A plus sign that was not quoted in a query arrives as a space.
    return datetime.fromisoformat(text.replace(" ", "+")) if text else None


def _json(value: object, status: int = 200) -> Response:
    return Response(status, orjson.dumps(value), JSON)
