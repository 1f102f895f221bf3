"""What is wrong with one page's feed: it has forty entries, so one page is evidence enough."""

from collections.abc import Iterator

from espreso_crawler.monitors.findings import Finding
from espreso_crawler.monitors.observations import FeedObservation

FEWEST = 5
"""Entries from which shares are taken."""
MOST_WITHOUT_TIME = 0.3
MOST_WITHOUT_HEADLINE = 0.3
MOST_IN_DISORDER = 0.2
"""One entry may be pinned to the top, and updates that come in the same minute change places."""


def feed_findings(feed: FeedObservation) -> list[Finding]:
    """Return why a feed is not to be trusted; its links still are."""
    return list(_found(feed))


def _found(feed: FeedObservation) -> Iterator[Finding]:
    count = len(feed.times)
    if not feed.is_known_markup:
        yield _finding(feed, "feed_markup", "the feed is found by its shape alone: labels and marks may be missed", {})
    if feed.wrong_weekdays:
        numbers = {"headings": feed.wrong_weekdays}
        yield _finding(feed, "feed_weekdays", "day headings of the feed name a wrong weekday", numbers)
    if count < FEWEST:
        return
    shares = (
        ("feed_times", "entries of the feed have no time", sum(time is None for time in feed.times), MOST_WITHOUT_TIME),
        ("feed_headlines", "entries of the feed have no headline", feed.without_headline, MOST_WITHOUT_HEADLINE),
        ("feed_order", "entries of the feed are newer than those above them", feed.disorder(), MOST_IN_DISORDER),
    )
    for name, text, wrong, most in shares:
        if wrong > most * count:
            yield _finding(feed, name, text, {"entries": count, "wrong": wrong})


def _finding(feed: FeedObservation, name: str, text: str, numbers: dict[str, int]) -> Finding:
    return Finding(name, "critical", text, numbers, feed.edition)
