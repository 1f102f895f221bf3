"""What is to be read of an archive, oldest first; where bodies of revisits are, and what led to each address."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from espreso_crawler.archive.reading.stored import StoredCapture
from espreso_crawler.identity import host_of

PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
"""Media types of what may be an article page."""
LONGEST_CHAIN = 5


@dataclass(slots=True)
class Plan:
    """The captures of an archive, in the order of their time; those of one second as they stand in the files."""

    pages: list[StoredCapture] = field(default_factory=list)
    """Answers that may be article pages."""
    others: int = 0
    """Answers that are none: refusals, redirects, pictures, lists."""
    files: dict[str, list[StoredCapture]] = field(default_factory=dict)
    """Captures of one path that was asked for, by host, oldest first: see `of`."""
    _redirects: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_id: dict[str, StoredCapture] = field(default_factory=dict)
    _by_digest: dict[str, StoredCapture] = field(default_factory=dict)

    @classmethod
    def of(cls, captures: Iterable[StoredCapture], path: str) -> "Plan":
        """Make a plan; `path` is that of the file which is kept by host."""
        plan = cls()
        for capture in sorted(captures, key=lambda each: each.at):
            plan._add(capture, path)
        return plan

    def payload(self, capture: StoredCapture) -> StoredCapture | None:
        """Return the record that has the body of a revisit; None for another capture, and when it is not there."""
        if not capture.is_revisit:
            return None
        return self._by_id.get(capture.refers_to or "") or self._by_digest.get(capture.digest or "")

    def led_to(self, url: str) -> tuple[str, ...]:
        """Return the addresses from which redirects lead to one, nearest first."""
        found: list[str] = []
        waiting = [url]
        for _ in range(LONGEST_CHAIN):
            waiting = [each for target in waiting for each in self._redirects.get(target, ()) if each not in found]
            found += waiting
        return tuple(found)

    def current(self, host: str, capture: StoredCapture) -> StoredCapture | None:
        """Return the capture of a host's file that held when a page was captured: the last before, else the first."""
        known: Sequence[StoredCapture] = self.files.get(host, ())
        return next((each for each in reversed(known) if each.at <= capture.at), known[0] if known else None)

    def hosts(self) -> Iterator[str]:
        """Yield the hosts of the pages, each once."""
        yield from dict.fromkeys(host_of(page.url) for page in self.pages)

    def _add(self, capture: StoredCapture, path: str) -> None:
        if not capture.is_revisit:
            if capture.record_id:
                self._by_id[capture.record_id] = capture
            if capture.digest:
                self._by_digest.setdefault(capture.digest, capture)
        if urlsplit(capture.url).path == path:
            self.files.setdefault(host_of(capture.url), []).append(capture)
        elif capture.status == HTTPStatus.OK and capture.media_type in PAGES:
            self.pages.append(capture)
        else:
            self.others += 1
            if capture.location:
                with suppress(ValueError):  # leads nowhere: http://[
                    self._redirects[urljoin(capture.url, capture.location)].append(capture.url)
