"""The outbox: drafts are decided, buffered, then committed with their lines in one transaction; no files."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from espreso_crawler.ledger import articles, lines, revisions, states
from espreso_crawler.ledger.decisions import Decision, Draft, decide
from espreso_crawler.ledger.neighbours import Neighbour
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.suppression import has_suppressed, suppressed

END_OF = {"event": "emitted", "baseline": "unchanged", "suppressed": "rejected"}
"""End state of a draft's entry; the other outcomes bear the name of their state."""


@dataclass(slots=True)
class Buffered:
    """A decided draft that waits for its flush."""

    draft: Draft
    names: list[str]
    decision: Decision
    found: list[int]
    """Keys of the articles that bear its names."""
    line: bytes | None = None


class Outbox:
    """``ledger.outbox``."""

    on_commit: Callable[[list[Decision]], None] | None = None
    """Called after each commit with the decisions as they were written, also ``unchanged`` and the like."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._drafts: list[Buffered] = []
        self._ends: list[states.End | states.Failure] = []
        self._names: set[str] = set()
        self._version = -1
        self._since = 0.0
        self._has_forgotten = True

    def emit(self, draft: Draft) -> Decision:
        """Decide a draft and buffer its line; a flush follows when enough is buffered.

        The decision may change at flush, when another process wrote the same article meanwhile: count in
        `on_commit`. Ends the entry `draft.entry_url`.
        """
        names = articles.names(draft.edition, draft.entity_id, draft.addresses())
        if not self._names.isdisjoint(names):
            self.flush()  # at most one unflushed line per article
        self._begin()
        buffered = self._decided(draft, names)
        if buffered.decision.id in self._names:
            self.flush()
            self._begin()
            buffered = self._decided(draft, names)
        if buffered.decision.event:
            buffered.line = draft.line(buffered.decision)
        self._drafts.append(buffered)
        self._names.update(names, [buffered.decision.id])
        self._handled(draft.entry_url)
        return buffered.decision

    def add(self, ending: states.End | states.Failure) -> None:
        """Buffer the end of an entry that leads to no line."""
        self._begin()
        self._ends.append(ending)
        self._handled(ending.url)

    def texts(self) -> list[Neighbour]:
        """Return what is kept of the texts that wait for their flush."""
        return [each.draft.text for each in self._drafts if each.draft.text]

    def flush(self) -> list[Decision]:
        """Commit everything buffered in one transaction; returns the decisions as committed.

        Raises LedgerError when it cannot be written: then none of it is, and its entries stay leased until
        the run ends.
        """
        if not self:
            return []
        drafts, ends, self._drafts, self._ends = self._drafts, self._ends, [], []
        self._names = set()
        session = self._session
        with session.db.transaction("flush"):
            if session.db.version() != self._version:
                self._has_forgotten = has_suppressed(session.db)
                drafts = [self._decided_anew(each) for each in drafts]
            tallies = self._write(drafts)
            tallies.update(self._write_ends(ends))
            session.count(tallies)
        decisions = [buffered.decision for buffered in drafts]
        self.tell(decisions)
        return decisions

    def is_due(self) -> bool:
        """Whether something has been buffered for `Rules.flush_seconds`."""
        return bool(self) and time.monotonic() - self._since >= self._session.rules.flush_seconds

    def tell(self, decisions: list[Decision]) -> None:
        """Hand committed decisions to `on_commit`."""
        if self.on_commit and decisions:
            self.on_commit(decisions)

    def hold(self, reason: str) -> None:
        """Keep this run's unsealed article lines, and those to come, from being sealed until `release`."""
        lines.hold(self._session, reason)

    def release(self, run: str | None = None) -> int:
        """Let the held lines of a run (this one) out with the next seal; returns how many."""
        return lines.release(self._session, run or self._session.run)

    def __bool__(self) -> bool:
        return bool(self._drafts or self._ends)

    def _begin(self) -> None:
        if not self:
            self._since = time.monotonic()
            self._version = self._session.db.version()
            self._has_forgotten = has_suppressed(self._session.db)

    def _handled(self, url: str | None) -> None:
        if url is not None:
            self._session.end_handling(url)
        if len(self._drafts) + len(self._ends) >= self._session.rules.flush_items:
            self.flush()

    def _decided(self, draft: Draft, names: list[str]) -> Buffered:
        db = self._session.db
        found = articles.find(db, names)
        known = articles.by_key(db, found[0]) if found else None
        if self._has_forgotten and suppressed(db, names):
            decision = Decision("suppressed", known.id if known else names[0], reason="forgotten")
            return Buffered(draft, names, decision, found)
        is_other = known is not None and draft.entry_url is not None and articles.is_later(db, draft.entry_url)
        decision = decide(known, draft, new_id=names[0], is_other_entry=is_other, now=self._session.now_text())
        return Buffered(draft, names, decision, found)

    def _decided_anew(self, buffered: Buffered) -> Buffered:
        """Decide once more, under the lock: another process may have written the same article meanwhile."""
        anew = self._decided(buffered.draft, buffered.names)
        if anew.decision.same_as(buffered.decision):
            buffered.found = anew.found
            return buffered
        if anew.decision.event:
            anew.line = anew.draft.line(anew.decision)
        return anew

    def _write(self, drafts: list[Buffered]) -> Counter[str]:
        tallies, ends = Counter[str](), list[states.End]()
        for each in drafts:
            outcome, key = each.decision.outcome, None
            if outcome != "suppressed":
                key = revisions.write(
                    self._session, each.draft, each.decision, each.line, found=each.found, names=each.names
                )
            tallies[f"outcome/{each.decision.event or outcome}"] += 1
            if each.draft.entry_url is not None:
                state = END_OF.get(outcome, outcome)
                ends.append(states.End(each.draft.entry_url, state, each.decision.reason, key))
        tallies.update(states.end(self._session.db, self._session.run, ends))
        return tallies

    def _write_ends(self, ends: list[states.End | states.Failure]) -> Counter[str]:
        db, run = self._session.db, self._session.run
        tallies = Counter(states.end(db, run, [each for each in ends if isinstance(each, states.End)]))
        now, rules = self._session.now(), self._session.rules
        for failure in ends:
            if isinstance(failure, states.Failure):
                state = states.fail(db, run, failure, now=now, rules=rules)
                tallies[f"entry/{state}"] += state is not None
        return tallies
