"""One site from request to response, with its request log and its control addresses under `/_demo/`."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from espreso_crawler.demo_site.faults import Fault
from espreso_crawler.demo_site.pages import Pages
from espreso_crawler.demo_site.responses import JSON, Request, Response
from espreso_crawler.demo_site.site import Site
from espreso_crawler.demo_site.truth import Truth

CONTROL = "/_demo/"
_LOG_LENGTH = 500_000


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

    def __init__(self, site: Site) -> None:
        self.site = site
        self.log: deque[Visit] = deque(maxlen=_LOG_LENGTH)
        self.in_flight = 0
        """Requests being answered; the server counts them."""
        self._pages = Pages(site)
        self._started = time.monotonic()
        self._posts: dict[str, Callable[[dict[str, Any]], None]] = {
            "clock": self._move_clock,
            "update": self._update,
            "remove": lambda body: site.remove(body["number"], body.get("status", 404), _instant(body.get("at"))),
            "faults": lambda body: site.faults.replace(Fault(**fault) for fault in body["faults"]),
            "layout": self._set_layout,
            "robots": self._set_robots,
            "reset": lambda _: site.reset(),
            "log": lambda _: self.log.clear(),
        }

    def response(self, request: Request) -> Response:
        """Return the answer to a request."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        answer = self._pages.response(request)
        seconds = time.monotonic() - self._started
        method, target, host, user_agent = request[:4]
        self.log.append(Visit(seconds, method, target, answer.status, user_agent, host, self.in_flight))
        return answer

    def _control(self, request: Request) -> Response:
        name = request.path.removeprefix(CONTROL)
        try:
            if request.method == "POST":
                self._posts[name](orjson.loads(request.body or b"{}"))
                return _json(self._state())
            return _json(self._report(name, request))
        except KeyError as error:
            return _json({"error": f"missing or unknown: {error}"}, 404)
        except (ValueError, TypeError) as error:
            return _json({"error": str(error)}, 400)

    def _report(self, name: str, request: Request) -> object:
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        base = f"http://{request.host}"
        if name == "log":
            return [visit._asdict() for visit in self.log]
        if name == "state":
            return self._state()
        if name != "truth":
            raise KeyError(name)
        if "number" in query:
            return self.site.truth(int(query["number"]), base)
        now = self.site.clock.now()
        since = _instant(query.get("since")) or self.site.timeline.published(1)
        return [_summary(truth) for truth in self.site.truths(since, _instant(query.get("until")) or now, base)]

    def _state(self) -> dict[str, object]:
        site = self.site
        return {
            "now": site.clock.now().isoformat(),
            "newest": site.newest,
            "language": site.words.language,
            "layout": site.layout,
            "robots": site.robots,
            "faults": len(site.faults.faults),
            "requests": len(self.log),
        }

    def _move_clock(self, body: dict[str, Any]) -> None:
        now = _instant(body.get("now"))
        if now:
            self.site.clock.set(now)
        if body.get("advance_minutes"):
            self.site.advance(body["advance_minutes"])
        if body.get("publish"):
            self.site.publish(body["publish"])

    def _update(self, body: dict[str, Any]) -> None:
        at, kind = _instant(body.get("at")), body.get("kind", "text")
        self.site.update(body["number"], at, kind, silent=body.get("silent", False))

    def _set_layout(self, body: dict[str, Any]) -> None:
        # The options know which names there are.
        self.site.layout = replace(self.site.options, layout=body["layout"]).layout

    def _set_robots(self, body: dict[str, Any]) -> None:
        self.site.robots = replace(self.site.options, robots=body["robots"]).robots
        self.site.disallow = tuple(body.get("disallow", self.site.disallow))


def _instant(text: str | None) -> datetime | None:
    # A plus sign that was not quoted in a query arrives as a space.
    return datetime.fromisoformat(text.replace(" ", "+")) if text else None


def _summary(truth: Truth) -> dict[str, object]:
    names = (
        "number",
        "entity_id",
        "url",
        "alias_url",
        "headline",
        "date_published",
        "date_modified",
        "feed_time",
    )
    more = ("feed_label", "kind", "reprint_of", "revisions", "removed_with")
    return {name: getattr(truth, name) for name in (*names, *more)}


def _json(value: object, status: int = 200) -> Response:
    return Response(status, orjson.dumps(value), JSON)
