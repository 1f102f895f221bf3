"""Which topics an article is about: those with enough evidence, not every one that a word belongs to."""

from collections import defaultdict
from collections.abc import Iterable

from espreso_crawler.tagging.overlaps import Hit

ENOUGH = 2
"""Triggers anywhere in the text; in the headline or the lead, where an article says what it is about, one."""


def evident(hits: Iterable[Hit], lead_end: int) -> list[Hit]:
    """Return the hits of the topics with enough evidence; `lead_end` is where headline and lead end.

    >>> evident([(400, 405, "topic:court")], lead_end=120)
    []
    """
    by_topic: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_topic[hit[2]].append(hit)
    return sorted(hit for found in by_topic.values() if len(found) >= ENOUGH or found[0][0] < lead_end for hit in found)
