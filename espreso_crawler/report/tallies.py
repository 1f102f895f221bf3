"""What is counted over all articles, also those that the page has no room for; memory grows with days, not articles."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from espreso_crawler.processors.dates import KYIV

NAMED = ("person", "organisation")
"""Kinds of tags of which it is counted who is named together with whom."""
MOST_NAMES = 40
"""Names of one article that are paired; a list of names is no company."""
FILLED = (
    "headline", "description", "article_body", "date_published", "date_modified", "authors",
    "article_section", "labels", "keywords", "tags", "images", "links", "related", "feed",
)  # fmt: skip
WEEK = timedelta(days=7)


class Tallies:
    """Counters; days and hours are Kyiv's."""

    def __init__(self) -> None:
        self.articles = 0
        self.newest: datetime | None = None
        self.days: Counter[tuple[date, str]] = Counter()
        """By day and edition."""
        self.hours: Counter[tuple[datetime, str]] = Counter()
        """By hour, without zone, and edition."""
        self.rhythm: Counter[tuple[int, int]] = Counter()
        """By weekday (Monday is 0) and hour."""
        self.labels: Counter[tuple[date, str]] = Counter()
        self.tags: Counter[tuple[date, str]] = Counter()
        """By day and tag's id."""
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.filled: Counter[tuple[date, str, str]] = Counter()
        """By day, edition and field."""
        self.names: dict[str, tuple[str, str]] = {}
        """Kind and English name of each tag, by id."""

    def count(self, record: Mapping[str, Any], day: date) -> None:
        """Count an article of a day in Kyiv."""
        edition = record["edition"]
        self.articles += 1
        self.days[day, edition] += 1
        self._count_time(record["date_published"], edition)
        self.labels.update((day, label) for label in record["labels"])
        self._count_tags(record["tags"], day)
        self.filled.update((day, edition, name) for name in FILLED if record[name] not in (None, "", []))

    def _count_time(self, published: str | None, edition: str) -> None:
        if published is None:
            return
        moment = datetime.fromisoformat(published).astimezone(KYIV)
        self.newest = max(self.newest or moment, moment)
        self.hours[moment.replace(minute=0, second=0, microsecond=0, tzinfo=None), edition] += 1
        self.rhythm[moment.weekday(), moment.hour] += 1

    def _count_tags(self, tags: list[Mapping[str, Any]], day: date) -> None:
        for tag in tags:
            self.names.setdefault(tag["id"], (tag["kind"], tag["name"]))
            self.tags[day, tag["id"]] += 1
        named = sorted(tag["id"] for tag in tags if tag["kind"] in NAMED)
        self.pairs.update(combinations(named[:MOST_NAMES], 2))

    def last_week(self) -> tuple[Counter[str], Counter[str]]:
        """Return how many articles had each tag in the last seven days and in the seven days before."""
        now, before = Counter[str](), Counter[str]()
        last = max((day for day, _ in self.days), default=date.min)
        for (day, tag), count in self.tags.items():
            if day > last - WEEK:
                now[tag] += count
            elif day > last - 2 * WEEK:
                before[tag] += count
        return now, before
