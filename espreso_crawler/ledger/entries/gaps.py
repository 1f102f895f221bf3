"""Why a part of a feed was not read: the reasons as an enumeration, and the sentences that people are shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from espreso_crawler import identity, site
from espreso_crawler.ledger.times import utc_text


class GapReason(StrEnum):
    """Why a walk left something open. The values are stored in the ledger and stand in run files."""

    NOT_ASKED = "not_asked"
    """No walk asked for it: `since` was later, or a poll reached no further."""
    UNFINISHED = "unfinished"
    """The walk goes on, or its process died."""
    LIMIT = "limit"
    """The crawl's ``limit`` of articles was reached."""
    PAGE_LIMIT = "page_limit"
    """A setting bounds the pages or presses of one walk."""
    END_SEEN_ONCE = "end_seen_once"
    """The archive seems to end here. Another run has to see the same before that is believed."""
    CONTRADICTION = "contradiction"
    """Pages that stand side by side do not fit together, also when they were asked for once more."""
    NO_PROGRESS = "no_progress"
    """Page after page leads no further down."""
    NO_LINK = "no_link"
    """Nothing on the page leads on."""
    UNREADABLE = "unreadable"
    """A page gave no answer, or none that could be read."""
    NO_BROWSER = "no_browser"
    """More news is behind a button, and there is no browser to press it."""

    @property
    def is_asked_for(self) -> bool:
        """Whether the person who started the crawl left this out on purpose."""
        return self in (GapReason.NOT_ASKED, GapReason.LIMIT, GapReason.PAGE_LIMIT)

    @property
    def is_usual(self) -> bool:
        """Whether nothing is wrong: left out on purpose, or the first sight of an archive's end."""
        return self.is_asked_for or self is GapReason.END_SEEN_ONCE


SENTENCES = {
    GapReason.NOT_ASKED: "no crawl asked for it",
    GapReason.UNFINISHED: "the walk was not finished",
    GapReason.LIMIT: "limit of articles reached",
    GapReason.PAGE_LIMIT: "limit of pages reached",
    GapReason.END_SEEN_ONCE: "the archive seems to end; one more run has to see it",
    GapReason.CONTRADICTION: "pages contradict each other",
    GapReason.NO_PROGRESS: "pages lead no further down",
    GapReason.NO_LINK: "no link leads on",
    GapReason.UNREADABLE: "a page could not be read",
    GapReason.NO_BROWSER: "a button leads on, and there is no browser",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a feed that no walk read: after `oldest` (None: down to the end) and before `newest`."""

    host: str
    oldest: datetime | None
    newest: datetime
    reason: GapReason
    run: str
    detail: str | None = None
    """What the reason's sentence leaves open: which page, which limit."""

    @property
    def sentence(self) -> str:
        """The reason, for people."""
        sentence = SENTENCES[self.reason]
        return f"{sentence}: {self.detail}" if self.detail else sentence

    @property
    def command(self) -> str:
        """What to type to read it; any crawl of that feed goes on below an open stretch by itself."""
        edition = identity.edition_of(f"//{self.host}")
        scheme = "http" if ":" in self.host else "https"  # only sites for tests name their port
        known = edition in site.HOST_OF_EDITION
        where = f"edition={edition}" if known else f"start={scheme}://{self.host}{site.NEWS}"
        since = ""
        if self.oldest and self.reason is GapReason.NOT_ASKED:
            since = f" -a since={utc_text(self.oldest)}"
        return f"scrapy crawl read_also -a {where}{since}"
