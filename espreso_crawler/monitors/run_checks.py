"""What is wrong with a run as a whole: sources that do not answer, failures, rejects, gaps, silence."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from espreso_crawler.monitors.findings import Finding, Level

SOURCE = frozenset({"start_unreadable", "robots_unreadable", "challenges"})
"""Findings about a source that cannot be read: nothing of it was held back, so exit code 5 is not theirs."""
MANY, MOST = 3, 0.2
FAILURES, FAILED = 5, 0.1

HOUR, DAY = 3600, 86_400
MONTH = 28 * DAY
FEWEST_DAYS = 3
EXPECTED = 14.0
"""Articles that should have come meanwhile: with so many, none at all is a chance of one in a million (Poisson)."""
SHORTEST_SILENCE = 2 * HOUR


def run_findings(stats: Mapping[str, Any], gaps: int) -> list[Finding]:
    """Return what a run's stats say; `gaps` is how many stretches of the feed it left unread against its will."""
    return list(_found(stats, gaps))


def silence(host: str, times: Sequence[int], newest: int, now: int) -> Finding | None:
    """Return a finding when no article appeared for longer than is usual at these hours.

    `times` are recent times of publication, `newest` the last one in the feed; seconds since 1970.
    """
    known = [time for time in times if now - MONTH <= time <= now]
    days = (max(known) - min(known)) / DAY if known else 0
    if days < FEWEST_DAYS or now - newest < SHORTEST_SILENCE:
        return None
    by_hour = Counter(time % DAY // HOUR for time in known)
    expected, at = 0.0, newest
    while at < now:
        until = min(at - at % HOUR + HOUR, now)
        expected += by_hour[at % DAY // HOUR] / days * (until - at) / HOUR
        at = until
    if expected < EXPECTED:
        return None
    numbers = {"hours": round((now - newest) / HOUR, 1), "expected": round(expected), "chance": math.exp(-expected)}
    return Finding("silence", "warning", f"{host}: no new article for longer than is usual at these hours", numbers)


def _found(stats: Mapping[str, Any], gaps: int) -> Iterator[Finding]:
    if count := stats.get("espreso/start/unreadable", 0):
        yield Finding("start_unreadable", "critical", "start pages could not be read", {"pages": count})
    if count := stats.get("espreso/robots/unreadable", 0):
        yield Finding("robots_unreadable", "critical", "robots.txt could not be read, so nothing was fetched",
                      {"hosts": count})  # fmt: skip
    if count := stats.get("espreso/host/challenges", 0):
        level: Level = "critical" if count >= MANY else "warning"
        yield Finding("challenges", level, "challenge or block pages came instead of pages", {"pages": count})
    yield from _rejects(stats)
    if stats.get("memusage/limit_reached"):
        yield Finding("memory_limit", "critical", "the crawl ended at MEMUSAGE_LIMIT_MB; the next one fetches "
                      "what is left", {"bytes": stats.get("memusage/max", 0)})  # fmt: skip
    if errors := stats.get("espreso/pipeline_errors", 0):
        items = errors + stats.get("item_scraped_count", 0) + stats.get("item_dropped_count", 0)
        is_bad = errors == items or errors >= max(MANY, MOST * items)
        yield Finding("pipeline_errors", "critical" if is_bad else "warning", "pipelines failed on articles, which are "
                      "fetched again; the log names them", {"records": items, "errors": errors})  # fmt: skip
    pages, failures = stats.get("response_received_count", 0), stats.get("espreso/failures", 0)
    if failures >= max(FAILURES, FAILED * (pages + failures)):
        yield Finding("failures", "warning", "many pages could not be read; they are tried again",
                      {"answers": pages, "failures": failures})  # fmt: skip
    ahead = stats.get("espreso/held_until_published", 0)
    if ahead >= max(MANY, MOST * pages):
        yield Finding("future", "critical", "articles are dated in the future, or their dates are misread; they wait",
                      {"answers": pages, "future": ahead})  # fmt: skip
    missing = stats.get("espreso/feed/missing", 0)
    if missing >= max(MANY, MOST * pages):
        yield Finding("feed_missing", "warning", "article pages have no feed: what is published during a crawl waits "
                      "for the next one", {"answers": pages, "missing": missing})  # fmt: skip
    if gaps:
        yield Finding("gaps", "warning", "parts of the feed were left unread; a later crawl with `since` reads them",
                      {"gaps": gaps})  # fmt: skip


def _rejects(stats: Mapping[str, Any]) -> Iterator[Finding]:
    rejects = stats.get("item_dropped_reasons_count/Invalid", 0)
    if rejects:
        items = stats.get("item_scraped_count", 0) + stats.get("item_dropped_count", 0)
        level: Level = "critical" if rejects >= max(MANY, MOST * items) else "warning"
        yield Finding("rejects", level, "records break the schema; they are in the rejects folder",
                      {"records": items, "rejects": rejects})  # fmt: skip
