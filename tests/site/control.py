"""A client for a running demo site's control addresses, from the same or another process."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from espreso_crawler.demo_site.application import CONTROL, Visit
from espreso_crawler.demo_site.stories import UpdateKind
from tests.site.faults import Fault
from tests.site.options import Robots

# The site is on loopback: a proxy of the environment must not get in between.
_OPENER = build_opener(ProxyHandler({}))
_TIMEOUT = 60


class Control:
    """Moves the clock, edits articles and switches faults of the site at a URL (`http://127.0.0.1:8000`).

    Times are aware. Every method that changes something returns the site's state: `now`, `newest` (the
    number of the article published last), `layout`, `robots`, `faults`, `requests`, `started`. Raises `ValueError`
    when the site refuses.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def state(self) -> dict[str, Any]:
        """Return the site's state."""
        return dict(self._get("state"))

    def set_clock(self, now: datetime) -> dict[str, Any]:
        """Set the site's time."""
        return self.post("clock", {"now": now.isoformat()})

    def advance(self, minutes: float) -> dict[str, Any]:
        """Move the site's time by so many minutes, also backwards."""
        return self.post("clock", {"advance_minutes": minutes})

    def publish(self, count: int = 1) -> dict[str, Any]:
        """Move the site's time until at least `count` more articles are out."""
        return self.post("clock", {"publish": count})

    def update(
        self, number: int, kind: UpdateKind = "text", at: datetime | None = None, *, silent: bool = False
    ) -> dict[str, Any]:
        """Edit article `number` at a time (default: now)."""
        at_text = at.isoformat() if at else None
        return self.post("update", {"number": number, "kind": kind, "at": at_text, "silent": silent})

    def remove(self, number: int, status: int = 404, at: datetime | None = None) -> dict[str, Any]:
        """Take article `number` off the site."""
        return self.post("remove", {"number": number, "status": status, "at": at.isoformat() if at else None})

    def set_faults(self, *faults: Fault) -> dict[str, Any]:
        """Put these faults in force in place of those before; none turns all off."""
        return self.post("faults", {"faults": [asdict(fault) for fault in faults]})

    def set_layout(self, layout: str) -> dict[str, Any]:
        """Show the site in another layout."""
        return self.post("layout", {"layout": layout})

    def set_robots(self, robots: Robots, disallow: Iterable[str] | None = None) -> dict[str, Any]:
        """Answer `/robots.txt` in another way; `disallow` are the paths its variant `disallow` forbids."""
        paths = {} if disallow is None else {"disallow": list(disallow)}
        return self.post("robots", {"robots": robots, **paths})

    def reset(self) -> dict[str, Any]:
        """Return the site to the options it was started with."""
        return self.post("reset", {})

    def log(self) -> list[Visit]:
        """Return every request so far, oldest first, without those to the control addresses."""
        return [Visit(**visit) for visit in self._get("log")]

    def clear_log(self) -> dict[str, Any]:
        """Forget the requests so far."""
        return self.post("log", {})

    def truth(self, number: int) -> dict[str, Any]:
        """Return what a crawler should read from an article: the fields of `Truth`, times in ISO 8601."""
        return dict(self._get("truth", {"number": str(number)}))

    def published(self, since: datetime | None = None, until: datetime | None = None) -> list[dict[str, Any]]:
        """Return the articles published between two times (default: all so far), oldest first, in brief."""
        query = {"since": since and since.isoformat(), "until": until and until.isoformat()}
        return list(self._get("truth", {name: text for name, text in query.items() if text}))

    def _get(self, name: str, query: Mapping[str, str] | None = None) -> Any:
        return self._answer(Request(f"{self.url}{CONTROL}{name}?{urlencode(query or {})}"))  # noqa: S310  # loopback

    def post(self, name: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Send JSON to a control address."""
        request = Request(f"{self.url}{CONTROL}{name}", orjson.dumps(body), method="POST")  # noqa: S310  # loopback
        return dict(self._answer(request))

    def _answer(self, request: Request) -> Any:
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as answer:
                return orjson.loads(answer.read())
        except HTTPError as error:
            raise ValueError(f"{request.full_url}: {error.read().decode()}") from error
