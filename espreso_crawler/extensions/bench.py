"""Where an edition's rows wait for the verdict over them, and what each verdict does with them."""

import time
from dataclasses import dataclass

from espreso_crawler.ledger import Draft, HeldDraft, Ledger
from espreso_crawler.monitors import Judge, Observation, Verdict
from espreso_crawler.monitors.judge import ENOUGH

LONGEST_WAIT = 30.0
"""Seconds a row waits once there has been a verdict; before the first one it waits for enough pages."""


@dataclass(slots=True)
class Row:
    """A held draft and what the judge sees of it."""

    kept: HeldDraft
    seen: Observation
    has_waited: bool = False
    """Whether one verdict has already passed it over."""


class Bench:
    """One edition's rows in one run, from the first to the last verdict."""

    def __init__(self, ledger: Ledger, judge: Judge) -> None:
        self.judge = judge
        self._ledger = ledger
        self._rows: list[Row] = []
        self._refused: list[tuple[str, str]] = []
        self._had_verdict = False
        self._since = 0.0

    def seat(self, kept: HeldDraft, seen: Observation) -> None:
        """Let a row wait."""
        self._begin()
        self._rows.append(Row(kept, seen))
        self.judge.see(seen)

    def refuse(self, url: str, reason: str) -> None:
        """Let an entry wait whose page is no article."""
        self._begin()
        self._refused.append((url, reason))
        self._ledger.entries.handled(url)
        self.judge.see_refused()

    def has_enough(self) -> bool:
        """Whether as many pages wait as a verdict needs."""
        return len(self._rows) + len(self._refused) >= ENOUGH

    def is_due(self) -> bool:
        """Whether rows have waited long, and the pages before them are enough for a verdict."""
        has_waiting = bool(self._rows or self._refused)
        return self._had_verdict and has_waiting and time.monotonic() - self._since >= LONGEST_WAIT

    def clear(self, *, is_last: bool) -> list[Draft]:
        """Judge what waits: doubtful rows go into quarantine, the others out; returns the drafts that went out.

        A row that lacks what hardly any lacks waits for one verdict more, unless this is the last one.
        """
        rows, refused, self._rows, self._refused = self._rows, self._refused, [], []
        if not rows and not refused:
            return []
        self._had_verdict = True
        verdict = self.judge.verdict([row.seen for row in rows])
        self._end(refused, verdict)
        doubtful = [(row, why) for row in rows if (why := self.judge.doubts(row.seen))]
        self._quarantine(doubtful)
        held = {id(row) for row, _ in doubtful}
        good = [row for row in rows if id(row) not in held]
        if not is_last:
            good = [row for row in good if not self._is_to_wait(row)]
        return self._accept(good)

    def _is_to_wait(self, row: Row) -> bool:
        if row.has_waited or not self.judge.is_conspicuous(row.seen):
            return False
        row.has_waited = True
        self._begin()
        self._rows.append(row)
        return True

    def _accept(self, rows: list[Row]) -> list[Draft]:
        blocked = self._ledger.holding.accept([row.kept for row in rows])
        self._rows += [row for row in rows if row.kept in blocked]
        out = [row for row in rows if row.kept not in blocked]
        self.judge.accepted([row.seen for row in out])
        return [row.kept.draft for row in out]

    def _end(self, refused: list[tuple[str, str]], verdict: Verdict) -> None:
        """End entries whose pages are no articles; while anything is critical they are fetched again instead."""
        names = ", ".join(finding.name for finding in verdict.findings if finding.level == "critical")
        for url, reason in refused:
            if names:
                self._ledger.entries.disbelieve(url, f"{reason}; not believed: {names}")
            else:
                self._ledger.entries.settle(url, "not_article", reason)

    def _quarantine(self, rows: list[tuple[Row, str]]) -> None:
        self._ledger.holding.quarantine([row.kept for row, _ in rows], [why for _, why in rows])
        for row, _ in rows:
            draft = row.kept.draft
            if (
                draft.entry_url is None and not draft.is_archived
            ):  # a look that told nothing, not one that is due within the hour
                self._ledger.rechecks.missed(row.kept.foreseen.id)

    def _begin(self) -> None:
        if not self._rows and not self._refused:
            self._since = time.monotonic()
