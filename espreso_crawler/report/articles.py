"""Articles as the page holds them: a short head of each, for list and search, and whole ones of the newest."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from espreso_crawler.report.marks import Span, blocks, runs
from espreso_crawler.report.packing import Shelf
from espreso_crawler.report.reasons import reasons, tag_reason

HEADS, HEADS_ROOM = 500, 3_000_000
"""Heads in a chunk, and letters that all of them may take."""
WHOLE, WHOLE_ROOM = 20, 2_000_000
LEADS = 2_000
"""So many of the newest heads have their lead, by which they are found too."""
LEAD = 240
FACTS = {
    "fetched_at": "fetched",
    "emitted_at": "written",
    "revision": "revision",
    "extractor_version": "extraction rules",
    "run_id": "run",
    "text_digest": "digest of the text",
}


class Names:
    """Numbers for names that come again and again."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def number(self, name: Any) -> int:
        """Return a name's number, the same each time."""
        return self.known.setdefault(name, len(self.known))


class Articles:
    """What the page holds of articles, the newest first."""

    def __init__(self, *, is_public: bool) -> None:
        self.is_public = is_public
        self.heads = Shelf(room=HEADS_ROOM, size=HEADS)
        self.whole = Shelf(room=WHOLE_ROOM, size=WHOLE)
        self.editions, self.labels, self.tags = Names(), Names(), Names()
        self.ids: list[str] = []
        """Of the whole ones, in their order."""
        self.urls: list[str] = []
        self._taken = 0

    def put(self, record: Mapping[str, Any]) -> None:
        """Take an article, if there is room for it."""
        if not self.heads.put(self._head(record, has_lead=self._taken < LEADS)):
            return
        self._taken += 1
        # A whole article takes far longer to make than a head: none is made that has no room.
        if not self.whole.is_full and self.whole.put(self._whole(record)):
            self.ids.append(record["id"])
            self.urls.append(record["url"])

    def close(self) -> None:
        """Pack what waits."""
        self.heads.close()
        self.whole.close()
        del self.ids[self.whole.kept :], self.urls[self.whole.kept :]

    def _head(self, record: Mapping[str, Any], *, has_lead: bool) -> list[Any]:
        moment = datetime.fromisoformat(record["date_published"]) if record["date_published"] else None
        lead = (record["description"] or "")[:LEAD] if has_lead and not self.is_public else ""
        return [
            record["id"],
            record["headline"] or "",
            lead,
            self.editions.number(record["edition"]),
            int(moment.timestamp()) // 60 if moment else record["date_published_day"],
            [self.labels.number(label) for label in record["labels"]],
            [self.tags.number((tag["id"], tag["kind"], tag["name"])) for tag in record["tags"]],
            record["revision"],
            record["url"],
        ]

    def _whole(self, record: Mapping[str, Any]) -> dict[str, Any]:
        spans: dict[str, list[Span]] = {"headline": [], "description": [], "article_body": []}
        for tag in record["tags"]:
            for mention in tag["mentions"]:
                mark = self.tags.number((tag["id"], tag["kind"], tag["name"]))
                spans[mention["field"]].append(Span(mention["start"], mention["end"], mark))
        return {
            "headline": runs(record["headline"] or "", spans["headline"]),
            "section": record["article_section"],
            "authors": [author["name"] for author in record["authors"]],
            "modified": record["date_modified"],
            "keywords": [keyword["name"] for keyword in record["keywords"]],
            "tags": [
                [self.tags.number((tag["id"], tag["kind"], tag["name"])), tag_reason(tag, is_public=self.is_public)]
                for tag in record["tags"]
            ],
            "why": [] if self.is_public else list(reasons(record)),
            "facts": self._facts(record),
            **({} if self.is_public else self._text(record, spans)),
        }

    def _text(self, record: Mapping[str, Any], spans: Mapping[str, list[Span]]) -> dict[str, Any]:
        return {
            "lead": runs(record["description"] or "", spans["description"]),
            "blocks": list(blocks(record, spans["article_body"])),
            "images": [[image["caption"] or image["alt"], image["credit"], image["url"]] for image in record["images"]],
        }

    def _facts(self, record: Mapping[str, Any]) -> list[list[Any]]:
        facts = [[title, record[name]] for name, title in FACTS.items() if record[name] is not None]
        if record["near_duplicate_of"]:
            facts.append(["near-copy of", f"{record['near_duplicate_of']} ({record['similarity']:.0%} alike)"])
        if record["is_sponsored"]:
            facts.append(["sponsored", "yes"])
        for name, title in (("cited_agencies", "agencies"), ("opt_outs", "asks machines")):
            if record[name]:
                facts.append([title, ", ".join(record[name])])
        if record["evidence"]["http_status"]:
            facts.append(
                ["answer", f"HTTP {record['evidence']['http_status']}, {record['evidence']['payload_sha256']}"]
            )
        return facts


def utc_minute(moment: datetime) -> str:
    """Return a time as people read it, in UTC.

    >>> utc_minute(datetime(2026, 11, 29, 8, 40, tzinfo=UTC))
    '2026-11-29 08:40 UTC'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
