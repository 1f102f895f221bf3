"""A news list that moves while it is read, and answers that lie: pages and feeds as objects, without HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from espreso_crawler.pages import Feed, FeedEntry
from espreso_crawler.pages.feed import page_number
from espreso_crawler.pages.listing import Listing, page_after

NEWS = "https://espreso.tv/news"
START = datetime(2026, 1, 1, tzinfo=UTC)
End = Literal["empty", "gone", "repeated", "first"]
Lie = Literal["stale", "first", "above", "empty", "gone"]
FAR = 10
"""Places between two misdated entries: updates take entries out from between them."""
END_LIKE: dict[Lie, str] = {"first": "shown before", "above": "shown before", "empty": "empty", "gone": "gone"}
"""Lies that look like the archive's end, by what they look like: two runs must not meet the same one, see docs."""


@dataclass(frozen=True)
class Item:
    """An article in the list; `minute` is what the site sorts by."""

    number: int
    minute: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://espreso.tv/news-{self.number}"


@dataclass(frozen=True)
class State:
    """The list at one moment, newest first."""

    items: tuple[Item, ...]
    pins: tuple[Item, ...]


@dataclass(frozen=True)
class Answer:
    """What a request gets."""

    listing: Listing
    feed: Feed
    is_gone: bool = False


def time_of(minute: int) -> datetime:
    """Return a minute of the site as a time."""
    return START + timedelta(minutes=minute)


def minute_of(time: datetime) -> int:
    """Return a time as a minute of the site."""
    return int((time - START).total_seconds() // 60)


@dataclass
class MovingList:
    """A site. Everything it does is drawn from `chance`."""

    chance: Random
    page_size: int = 5
    feed_size: int = 6
    end: End = "empty"
    has_times: bool = True
    has_numbers: bool = False
    pins_everywhere: bool = False
    minute: int = 0
    items: list[Item] = field(default_factory=list)
    pins: list[Item] = field(default_factory=list)
    misdated: dict[int, int] = field(default_factory=dict)
    """Minutes by which an article is shown too late, by number."""
    removed: set[int] = field(default_factory=set)
    listed: dict[int, Item] = field(default_factory=dict)
    """Every article that was ever listed, where it stands now."""
    published: dict[int, int] = field(default_factory=dict)
    """When each article was published, by number; an update moves it up in the list."""
    past: list[State] = field(default_factory=list)
    lies: Callable[[int], Lie | None] = lambda _page: None
    asked: list[int] = field(default_factory=list)

    def publish(self, count: int = 1) -> None:
        """Add articles to the top; a few may share a minute, fewer than half a page."""
        for _ in range(count):
            same = [item.minute for item in self.items[: self.page_size]].count(self.minute)
            self.minute += max(self.chance.choice((0, 1, 1, 2, 7)), int(2 * (same + 1) >= self.page_size))
            self._put(Item(len(self.listed) + 1, self.minute))

    def update(self) -> None:
        """Move an article to the top, as an update does."""
        movable = [item for item in self.items if item.number not in self.misdated and item not in self.pins]
        if movable:
            item = self.chance.choice(movable)
            self.items.remove(item)
            self.minute += 1
            self._put(Item(item.number, self.minute))

    def remove(self) -> None:
        """Take down one of the articles that the feed shows, and not its last."""
        if len(self.items) > self.feed_size > 2:
            item = self.items.pop(self.chance.randrange(self.feed_size - 1))
            self.removed.add(item.number)
            self.pins = [pin for pin in self.pins if pin.number != item.number]
            self._remember()

    def pin(self) -> None:
        """Show an old article above the newest one, or take the pins away."""
        self.pins = [] if len(self.pins) >= 2 else [*self.pins, self.chance.choice(self.items)]
        self._remember()

    def misdate(self) -> None:
        """Show an article under a wrong time, and none of its neighbours in the list."""
        place = self.chance.randrange(min(2 * self.feed_size, len(self.items)))
        others = [place for place, item in enumerate(self.items) if item.number in self.misdated]
        if all(abs(place - other) >= FAR for other in others):
            self.misdated[self.items[place].number] = self.chance.choice((-40_000, -30, -3, 3, 30, 40_000))

    def act(self) -> None:
        """Do one of these."""
        step = self.chance.random()
        if step < 0.6:
            self.publish(self.chance.choice((0, 1, 1, 2, self.page_size)))
        elif step < 0.75:
            self.update()
        elif step < 0.8 and len(self.removed) < 2:
            self.remove()
        elif step < 0.9:
            self.pin()
        else:
            self.misdate()

    def start(self) -> Answer:
        """Return the start page: the archive's first, which may be a copy from before."""
        return self._answer(1, "stale" if self.lies(0) == "stale" else None)

    def answer(self, url: str) -> Answer:
        """Return what stands at an address of the archive, or what the site says instead."""
        number = page_number(url)
        self.asked.append(number)
        return self._answer(number, self.lies(number))

    def _answer(self, number: int, lie: Lie | None) -> Answer:
        state, shown = State(tuple(self.items), tuple(self.pins)), number
        feed = self._feed(state)
        if lie == "stale" and self.past:
            state = self.chance.choice(self.past[-60:])
            feed = self._feed(state)
        elif lie == "first":
            shown = 1
        elif lie == "above":
            shown = max(number - 1, 1)
        elif lie in ("empty", "gone"):
            return Answer(Listing(), feed, is_gone=lie == "gone")
        last = max(-(-len(state.items) // self.page_size), 1)
        if shown > last:
            if self.end in ("empty", "gone"):
                return Answer(Listing(), feed, is_gone=self.end == "gone")
            shown = last if self.end == "repeated" else 1
        places = slice((shown - 1) * self.page_size, shown * self.page_size)
        pins = state.pins if shown == 1 or self.pins_everywhere else ()
        entries = self._entries(pins, state.items[places], has_times=self.has_times)
        own = shown if self.has_numbers and shown < last else None
        return Answer(Listing(entries, page_after(f"{NEWS}?page={number}"), own), feed)

    def _feed(self, state: State) -> Feed:
        entries = self._entries(state.pins, state.items[: self.feed_size], has_times=True)
        return Feed(entries, more_url=f"{NEWS}?page=2")

    def _entries(self, pins: Sequence[Item], items: Sequence[Item], *, has_times: bool) -> list[FeedEntry]:
        pinned = {item.number for item in pins}
        shown = [*pins, *(item for item in items if item.number not in pinned)]
        return [
            FeedEntry(
                item.url,
                headline=f"Headline {item.number}",
                published_at=time_of(item.minute + self.misdated.get(item.number, 0)) if has_times else None,
                position=place,
            )
            for place, item in enumerate(shown, start=1)
        ]

    def _put(self, item: Item) -> None:
        self.items.insert(0, item)
        self.listed[item.number] = item
        self.published.setdefault(item.number, item.minute)
        self._remember()

    def _remember(self) -> None:
        self.past.append(State(tuple(self.items), tuple(self.pins)))
