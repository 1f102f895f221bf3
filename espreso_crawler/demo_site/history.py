"""What happened to articles after publication: updates and removals, each effective from its minute on."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from espreso_crawler.demo_site.articles import Article, Brief, Newsroom
from espreso_crawler.demo_site.blocks import paragraph
from espreso_crawler.demo_site.stories import UpdateKind
from espreso_crawler.demo_site.timeline import kyiv_time


class Update(NamedTuple):
    """One edit of an article.

    `minute` counts from 1970 (UTC). `text` adds a paragraph, `headline` changes the headline, `label` gives
    the article the mark Exclusive (or takes it away), `modified` touches `dateModified` alone. A silent
    update shows neither in the feed's time nor in its label. `text` is the new headline or paragraph; an empty
    one is invented.
    """

    minute: int
    kind: UpdateKind
    is_silent: bool
    text: str = ""


class Removal(NamedTuple):
    """From which minute on an article answers with an error status (404 or 410)."""

    minute: int
    status: int


@dataclass(frozen=True)
class FeedState:
    """The feed as of one minute: which entries an update moved up, and which do not stand in their place."""

    newest: int
    moved: tuple[tuple[int, int], ...]
    """(feed minute, number) of moved entries, newest first."""
    absent: tuple[int, ...]
    """Numbers that do not stand in their place: moved or removed; rising."""


class History:
    """The updates and removals of one site."""

    def __init__(self) -> None:
        self._updates: dict[int, list[Update]] = defaultdict(list)
        self._removals: dict[int, Removal] = {}

    def add_update(self, number: int, update: Update) -> None:
        """Record an update; several of one article take effect in the order of their minutes."""
        updates = self._updates[number]
        updates.insert(bisect_right(updates, update.minute, key=lambda known: known.minute), update)

    def add_removal(self, number: int, removal: Removal) -> None:
        """Record that an article is gone; a later call replaces an earlier one."""
        self._removals[number] = removal

    def clear(self) -> None:
        """Forget every update and removal."""
        self._updates.clear()
        self._removals.clear()

    def updates(self, number: int, minute: int) -> list[Update]:
        """Return an article's updates up to a minute, oldest first."""
        known = self._updates.get(number)
        return [update for update in known if update.minute <= minute] if known else []

    def removed_with(self, number: int, minute: int) -> int | None:
        """Return the status a removed article answers with at a minute; None while it stands."""
        removal = self._removals.get(number)
        return removal.status if removal and removal.minute <= minute else None

    def feed_state(self, newest: int, minute: int) -> FeedState:
        """Return the order of the feed at a minute, when articles up to `newest` are out."""
        moved: list[tuple[int, int]] = []
        gone = {n for n, removal in self._removals.items() if removal.minute <= minute and n <= newest}
        for number in self._updates:
            loud = [update.minute for update in self.updates(number, minute) if not update.is_silent]
            if loud and number <= newest and number not in gone:
                moved.append((loud[-1], number))
        absent = sorted([*gone, *(number for _, number in moved)])
        return FeedState(newest, tuple(sorted(moved, reverse=True)), tuple(absent))


def feed_slice(state: FeedState, newsroom: Newsroom, start: int, count: int) -> list[tuple[int, int]]:
    """Return `count` feed entries from place `start` (0 is the newest) as (feed minute, number).

    Costs as much as the slice and the moved entries, however long the feed is.
    """
    timeline = newsroom.timeline
    ranks = [place + _unmoved_after(state, timeline.newest(minute)) for place, (minute, _) in enumerate(state.moved)]
    entries: list[tuple[int, int]] = []
    for rank in range(start, start + count):
        place = bisect_left(ranks, rank)
        if place < len(ranks) and ranks[place] == rank:
            entries.append(state.moved[place])
            continue
        number = _unmoved(state, rank - place)
        if number < 1:
            break
        entries.append((timeline.published_minute(number), number))
    return entries


def revised_brief(brief: Brief, updates: list[Update], newsroom: Newsroom) -> Brief:
    """Return the brief as the feed shows it after some updates."""
    strings = newsroom.words.strings
    headline, label = brief.headline, brief.label
    for update in updates:
        if update.kind == "headline" and update.text:
            headline = update.text
        elif update.kind == "headline":
            headline = (
                strings["new_details"].format(headline=brief.headline) if headline == brief.headline else brief.headline
            )
        label = label if update.is_silent else strings["label_updated"]
    return replace(brief, headline=headline, label=label) if updates else brief


def revised(article: Article, updates: list[Update], newsroom: Newsroom) -> Article:
    """Return an article as its page shows it after some updates; `modified` moves with every one of them."""
    strings, brief = newsroom.words.strings, revised_brief(article.brief, updates, newsroom)
    blocks, mark = article.blocks, article.mark
    for place, update in enumerate(updates):
        if update.kind == "text":
            sentence = newsroom.sentence(brief.number, place)
            note = strings["update_note"].format(at=f"{kyiv_time(update.minute):%H:%M}", text=sentence)
            blocks = (paragraph(update.text or note), *blocks)
        elif update.kind == "label":
            mark = "" if mark else strings["label_exclusive"]
    suffix = article.jsonld_headline.removeprefix(article.brief.headline)
    return replace(
        article,
        brief=brief,
        blocks=blocks,
        mark=mark,
        modified=kyiv_time(updates[-1].minute) + timedelta(seconds=len(updates) * 7 % 60)
        if updates
        else article.modified,
        jsonld_headline=brief.headline + suffix,
    )


def _unmoved_after(state: FeedState, number: int) -> int:
    """Return how many entries in their place are newer than article `number`."""
    absent = len(state.absent) - bisect_right(state.absent, number)
    return max(0, state.newest - number - absent)


def _unmoved(state: FeedState, rank: int) -> int:
    """Return the number of the entry at `rank` (0 the newest) among those in their place; 0 for none."""
    from_oldest = state.newest - len(state.absent) - rank
    before = bisect_right(range(len(state.absent)), from_oldest, key=lambda place: state.absent[place] - place)
    return from_oldest + before if from_oldest > 0 else 0
