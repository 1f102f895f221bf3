"""What one run saw of the feeds, so that a feed repeated on every page costs next to nothing; gone with the run."""

from collections.abc import Iterable

from espreso_crawler.pages import FeedEntry

# A feed has forty entries, and the ledger knows the rest.
KEPT = 500


class Seen:
    """The run's memory of feeds and entries."""

    def __init__(self) -> None:
        self._entries: dict[str, FeedEntry] = {}
        self._words: dict[str, bytes | None] = {}

    def last_words(self, host: str) -> bytes | None:
        """Return the digest of the words of the feed on the page of a host that was read last."""
        return self._words.get(host)

    def is_repeated(self, host: str, words: bytes | None) -> bool:
        """Return whether a page carries the same feed, word for word, as the page of its host before it."""
        if words is not None and words == self._words.get(host):
            return True
        self._words[host] = words
        return False

    def moved(self, entries: Iterable[FeedEntry]) -> list[FeedEntry]:
        """Return the entries that are new or say something new, and remember them."""
        found = [entry for entry in entries if _has_moved(self._entries.get(entry.url), entry)]
        self._entries.update((entry.url, entry) for entry in found)
        while len(self._entries) > KEPT:
            del self._entries[next(iter(self._entries))]
        return found


def _has_moved(before: FeedEntry | None, now: FeedEntry) -> bool:
    """Archive pages may print no time: that says nothing new of an entry that was seen with one."""
    if before is None:
        return True
    if now.published_at is None:
        return False
    return (before.label, before.published_at, before.headline) != (now.label, now.published_at, now.headline)
