"""One site of the tests from request to response, with control addresses of its own."""

from dataclasses import replace
from typing import Any

from espreso_crawler.demo_site import application
from espreso_crawler.demo_site.application import instant
from tests.site.faults import Fault
from tests.site.pages import Pages
from tests.site.site import Site
from tests.site.truth import Truth


class Application(application.Application):
    """Answers everything that is asked of one site."""

    pages_class = Pages
    site: Site

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.posts["faults"] = lambda body: site.faults.replace(Fault(**fault) for fault in body["faults"])
        self.posts["robots"] = self._set_robots
        self.reports["truth"] = self._truth

    def state(self) -> dict[str, object]:
        """Return what is in force on the site now, and when it started by this process's monotonic clock."""
        more = {"robots": self.site.robots, "faults": len(self.site.faults.faults), "started": self._started}
        return super().state() | more

    def _truth(self, query: dict[str, str], base: str) -> object:
        if "number" in query:
            return self.site.truth(int(query["number"]), base)
        since = instant(query.get("since")) or self.site.timeline.published(1)
        until = instant(query.get("until")) or self.site.clock.now()
        return [_summary(truth) for truth in self.site.truths(since, until, base)]

    def _set_robots(self, body: dict[str, Any]) -> None:
        # The options know which names there are.
        self.site.robots = replace(self.site.options, robots=body["robots"]).robots
        self.site.disallow = tuple(body.get("disallow", self.site.disallow))


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
