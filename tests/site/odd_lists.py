"""A demo site whose lists are odd: pinned and misdated entries, and archive pages that show what is another page's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from espreso_crawler.demo_site.responses import Request, Response
from espreso_crawler.demo_site.tape import Entry
from tests.site import DemoSite, SiteOptions, running
from tests.site.application import Application
from tests.site.site import Site

PAST_THE_END = 99_999


@dataclass(frozen=True)
class Odd:
    """An archive page that is answered with what stands on another one, `times` times (None: for ever)."""

    page: int
    shows: int
    """1 is what a cache gives that ignores the page number; `PAST_THE_END` is an empty list."""
    times: int | None = None


class OddSite(Site):
    """A site with entries that are out of order."""

    def __init__(self, options: SiteOptions | None = None) -> None:
        super().__init__(options)
        self.pinned: tuple[int, ...] = ()
        """Numbers of articles that stand above the newest one, under their own time."""
        self.misdated: dict[int, int] = {}
        """Minutes by which articles are shown too late, by number."""

    def entries(self, start: int, count: int) -> list[Entry]:
        """Return entries as the lists show them."""
        found = [
            entry._replace(minute=entry.minute + self.misdated.get(entry.brief.number, 0))
            for entry in super().entries(start, count)
        ]
        if start:
            return found
        pins = [Entry(self.timeline.published_minute(number), self.brief(number)) for number in self.pinned]
        return [*pins, *(entry for entry in found if entry.brief.number not in self.pinned)]


class OddLists(Application):
    """Answers for an `OddSite`."""

    site: OddSite

    def __init__(self, options: SiteOptions | None = None) -> None:
        super().__init__(OddSite(options))
        self.odd: tuple[Odd, ...] = ()
        self._met = Counter[Odd]()

    def response(self, request: Request) -> Response:
        """Return the answer to a request, in the log under the address that was asked for."""
        answer = super().response(request._replace(target=self._shown(request.target)))
        if self.log and not request.path.startswith("/_demo/"):
            self.log[-1] = self.log[-1]._replace(target=request.target)
        return answer

    def _shown(self, target: str) -> str:
        for odd in self.odd:
            if target == f"/news?page={odd.page}" and (odd.times is None or self._met[odd] < odd.times):
                self._met[odd] += 1
                return f"/news?page={odd.shows}"
        return target


@contextmanager
def running_oddly(options: SiteOptions | None = None) -> Iterator[tuple[DemoSite, OddLists]]:
    """Run a site in a thread; what its lists show is set on the second value."""
    made: list[OddLists] = []

    def application(given: SiteOptions | None) -> OddLists:
        made.append(OddLists(given))
        return made[0]

    with running(options, application=application) as demo:
        yield demo, made[0]
