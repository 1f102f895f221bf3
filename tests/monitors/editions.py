"""First crawls of other editions: of plausible ones every row goes out, right; of traps, no row that is wrong."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.monitors.polls import Place, Poll
from tests.monitors.truths import Record, as_printed, filled, wrong_fields
from tests.site import DemoSite

ALONE: tuple[str, ...] = ("no_author", "no_tags", "no_jsonld", "no_number", "new_header", "no_lead")
COMBINED: tuple[str, ...] = ("global", "bare", "strange", "new_dates")
"""The Global edition as it was seen, without authors and tags; one with next to nothing; one that is read by shape;
one whose dates are numbers."""
EDITIONS = ALONE + COMBINED
TRAPS: tuple[str, ...] = ("wrong_weekday", "site_h1", "site_h1_bare", "one_address")
"""Editions that say of their articles what is not so: nothing of it may go out, also on a first crawl."""


@dataclass
class FirstCrawl:
    """One edition, crawled for the first time and once more after one new article."""

    layout: str
    first: Poll
    poll: Poll
    """After one new article."""
    wrong: list[str]
    missing: list[str]
    doubled: list[str]

    def is_well(self) -> bool:
        """Whether all rows went out, right, without an alarm, and the edition was learned once; of a trap, none wrong."""
        if self.layout in TRAPS:
            return not (self.wrong or self.doubled) and self._is_accounted_for()
        is_calm = all(poll.exit_code == 0 and poll.verdict == "ok" for poll in (self.first, self.poll))
        is_learned = len(self.first.learned) == 1 and not self.poll.learned
        return is_calm and is_learned and not (self.wrong or self.missing or self.doubled)

    def _is_accounted_for(self) -> bool:
        """Whether each row that is missing is in quarantine, or pending because the crawl ended early."""
        held = sum(poll.outcomes.get("quarantined", 0) for poll in (self.first, self.poll))
        is_ended = any(poll.run["reason"] == "drift" for poll in (self.first, self.poll))
        return held == len(self.missing) or (is_ended and held > 0)

    def __str__(self) -> str:
        lacks = "; ".join(part for note in self.first.learned for part in note["lacks"])
        ills = f"wrong {self.wrong[:5]} missing {self.missing[:5]} doubled {self.doubled[:5]}"
        polls = ", ".join(
            f"exit {poll.exit_code} {poll.verdict} {poll.outcomes} {poll.findings or ''}"
            for poll in (self.first, self.poll)
        )
        return f"{self.layout:<14}first crawl: {polls}; lacks {lacks}{'' if self.is_well() else '; NOT WELL: ' + ills}"


def first_crawls(demo: DemoSite, folder: Path, layouts: tuple[str, ...] = EDITIONS) -> Iterator[FirstCrawl]:
    """Yield each edition's first crawl and the poll after it, from a folder of its own."""
    for layout in layouts:
        demo.control.reset()
        demo.control.set_layout(layout)
        place = Place(demo, folder / layout)
        first = place.poll()
        demo.control.publish(1)
        poll = place.poll()
        written = Counter(record["url"] for record in place.records())
        yield FirstCrawl(
            layout,
            first,
            poll,
            place.wrong_rows(lambda record, truth: _wrong(record, truth, layout)),  # noqa: B023  # called at once
            sorted(place.published() - written.keys()),
            [url for url, times in written.items() if times > 1],
        )


def _wrong(record: Record, truth: Record, layout: str) -> list[str]:
    if layout in TRAPS:
        printed = as_printed(truth, "no_number" if layout == "one_address" else "plain")
        return list(wrong_fields(filled(record, printed), printed))
    printed = as_printed(truth, layout)
    is_read_by_shape = layout == "strange"  # prints what cannot be told apart without names: that is left empty
    return list(wrong_fields(filled(record, printed) if is_read_by_shape else record, printed))
