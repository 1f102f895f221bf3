"""The outbox: drafts are decided, buffered, then committed with their lines in one transaction; no files."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from espreso_crawler.ledger.articles import articles, revisions
from espreso_crawler.ledger.articles.articles import Entity
from espreso_crawler.ledger.articles.decisions import Decision, Draft, decide
from espreso_crawler.ledger.articles.lookups import Lookups
from espreso_crawler.ledger.articles.neighbours import Neighbour
from espreso_crawler.ledger.articles.revisions import Decided
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.holding.held_draft import HeldDraft
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_states, held_rows

END_OF = {
    "event": "emitted",
    "baseline": "unchanged",
    "suppressed": "rejected",
    "near_copy": "rejected",
    "overtaken": "unchanged",
    "earlier": "unchanged",
}
"""End state of a draft's entry; the other outcomes bear the name of their state."""


WRITE_NOTHING = ("overtaken", "suppressed", "near_copy", "earlier")
"""Outcomes after which all that is known of an article stays as it is."""


@dataclass(slots=True)
class Buffered(Decided):
    """A decided draft that waits for its flush."""

    base: int | None = None
    """The revision that stands."""
    kept: HeldDraft | None = None
    """How it was held back before, if it was."""


class Outbox:
    """``ledger.outbox``."""

    on_commit: Callable[[list[Decision]], None] | None = None
    """Called after each commit with the decisions as they were written, also ``unchanged`` and the like."""

    def __init__(self, session: Session, lookups: Lookups) -> None:
        self._session = session
        self._lookups = lookups
        self._drafts: list[Buffered] = []
        self._ends: list[states.Ending] = []
        self._names: set[str] = set()
        self._version = -1
        self._since = 0.0

    def emit(self, draft: Draft, kept: HeldDraft | None = None) -> Decision:
        """Decide a draft and buffer its line; a flush follows when enough is buffered.

        The decision may change at flush, when another process wrote the same article meanwhile: count in
        `on_commit`. Ends the entry `draft.entry_url`. `kept` tells how the draft was held back before.
        """
        names = kept.names if kept else articles.names(draft.edition, draft.entity_id, draft.addresses())
        buffered = self._first_decided(draft, kept, names)
        if buffered.decision.event:
            buffered.line = self._session.line(draft.body, buffered.decision)
        self._drafts.append(buffered)
        self._names.update(names, [buffered.decision.id])
        self._handled(draft.entry_url)
        return buffered.decision

    def look_up(self, drafts: Sequence[HeldDraft]) -> None:
        """Ask at once which articles drafts belong to that are emitted next."""
        self._lookups.ask(name for kept in drafts for name in kept.names)

    def foresee(self, draft: Draft, names: list[str]) -> tuple[Decision, int | None]:
        """Return what would be decided about a draft now, and the revision that stands; nothing is written."""
        buffered = self._first_decided(draft, None, names)
        return buffered.decision, buffered.base

    def add(self, ending: states.Ending) -> None:
        """Buffer the end of an entry that leads to no line."""
        self._begin()
        self._ends.append(ending)
        self._handled(ending.url)

    def texts(self) -> list[Neighbour]:
        """Return what is kept of the texts that wait for their flush."""
        return [each.draft.text for each in self._drafts if each.draft.text and each.decision.outcome != "near_copy"]

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
        session.make_durable()
        decisions, tallies = list[Decision](), Counter[str]()
        with session.db.transaction("flush"):
            is_stale = session.db.version() != self._version
            for batch in self._batches(drafts, is_stale=is_stale):
                tallies.update(self._write(batch))
                decisions += [buffered.decision for buffered in batch]
            tallies.update(self._write_ends(ends))
            session.count(tallies)
        self.tell(decisions)
        return decisions

    def is_due(self) -> bool:
        """Whether something has been buffered for `Rules.flush_seconds`."""
        return bool(self) and time.monotonic() - self._since >= self._session.rules.flush_seconds

    def tell(self, decisions: list[Decision]) -> None:
        """Hand committed decisions to `on_commit`."""
        if self.on_commit and decisions:
            self.on_commit(decisions)

    def __bool__(self) -> bool:
        return bool(self._drafts or self._ends)

    def _begin(self) -> None:
        if not self:
            self._since = time.monotonic()
            self._version = self._lookups.version

    def _first_decided(self, draft: Draft, kept: HeldDraft | None, names: list[str]) -> Buffered:
        """Decide a draft against what is committed, with no other draft of the same article unflushed."""
        if not self._names.isdisjoint([*names, draft.copy_of or ""]):
            self.flush()  # at most one unflushed line per article; and a copy is judged by what is written
        self._begin()
        buffered = self._decided(draft, names, kept)
        if buffered.decision.id in self._names:
            self.flush()
            self._begin()
            buffered = self._decided(draft, names, kept)
        if kept and buffered.decision.same_as(kept.foreseen):
            buffered.decision = kept.foreseen  # what was told when it was made, its time included
        return buffered

    def _batches(self, drafts: list[Buffered], *, is_stale: bool) -> Iterator[list[Buffered]]:
        """Yield drafts in order, as final as they are under the lock, in batches with no two of one article.

        Nearly always one batch: drafts of one article meet here only when another process gave it their names
        meanwhile, or when one of them binds two articles into one. The batches before are written by then.
        """
        if is_stale:
            self._lookups.clear()
            self._lookups.ask(name for each in drafts for name in each.names)
        batch, taken = list[Buffered](), set[int | str]()
        for each in drafts:
            current = self._decided_anew(each) if is_stale else each
            if not taken.isdisjoint((*current.found, current.decision.id)):
                yield batch
                batch, taken, is_stale = [], set(), True
                self._lookups.clear()
                current = self._decided_anew(each)
            batch.append(current)
            taken.update(current.found, [current.decision.id])
        if batch:
            yield batch

    def _handled(self, url: str | None) -> None:
        if url is not None:
            self._session.end_handling(url)
        if len(self._drafts) + len(self._ends) >= self._session.rules.flush_items:
            self.flush()

    def _decided(self, draft: Draft, names: list[str], kept: HeldDraft | None) -> Buffered:
        found = self._lookups.find(names, Entity.of(draft.edition, draft.entity_id))
        known = self._lookups.known(found[0]) if found else None
        if self._lookups.is_forgotten(names):
            decision = Decision("suppressed", known.id if known else names[0], reason="forgotten")
            return Buffered(draft, names, decision, found, kept=kept)
        if known and kept and kept.is_overtaken_by(known, draft):
            decision = Decision("overtaken", known.id, revision=known.revision, reason="a later look stands")
            return Buffered(draft, names, decision, found, kept=kept)
        if known is None and draft.copy_of and self._is_out(draft.copy_of):
            decision = Decision("near_copy", names[0], reason=f"nearly the text of {draft.copy_of}")
            return Buffered(draft, names, decision, found, kept=kept)
        entry = articles.address(draft.entry_url) if draft.entry_url is not None else None
        is_other = known is not None and entry is not None and self._lookups.is_later(entry)
        decision = decide(known, draft, new_id=names[0], is_other_entry=is_other, now=self._session.now_text())
        if known and decision.event and draft.says_nothing_new:
            decision = Decision("overtaken", known.id, revision=known.revision, reason="another process wrote it")
        return Buffered(draft, names, decision, found, base=known.revision if known else None, kept=kept)

    def _is_out(self, article_id: str) -> bool:
        original = articles.by_names(self._session.db, [article_id])
        return original is not None and original.state == "live"

    def _decided_anew(self, buffered: Buffered) -> Buffered:
        """Decide once more, under the lock: another process may have written the same article meanwhile."""
        anew = self._decided(buffered.draft, buffered.names, buffered.kept)
        if anew.decision.same_as(buffered.decision):
            buffered.found = anew.found
            return buffered
        if anew.decision.event:
            anew.line = self._session.line(anew.draft.body, anew.decision)
        return anew

    def _write(self, drafts: list[Buffered]) -> Counter[str]:
        tallies, ends = Counter[str](), list[states.End]()
        written = [each for each in drafts if each.decision.outcome not in WRITE_NOTHING]
        keys = dict(zip(map(id, written), revisions.write(self._session, written), strict=True))
        for each in drafts:
            outcome = each.decision.outcome
            key = each.found[0] if outcome == "overtaken" else keys.get(id(each))
            tallies[f"outcome/{each.decision.event or outcome}"] += 1
            if each.draft.entry_url is not None:
                state = END_OF.get(outcome, outcome)
                ends.append(states.End(each.draft.entry_url, state, each.decision.reason, key))
        held_rows.remove(self._session.db, [each.kept.seq for each in drafts if each.kept and each.kept.seq])
        tallies.update(states.end(self._session.db, self._session.run, ends, now=self._session.now()))
        for each in drafts:
            if each.decision.outcome == "overtaken":
                entry_states.again(self._session.db, each.found[0], reason="what stood there meanwhile may be older")
        return tallies

    def _write_ends(self, ends: list[states.Ending]) -> Counter[str]:
        db, run = self._session.db, self._session.run
        now, rules = self._session.now(), self._session.rules
        tallies = Counter(states.end(db, run, [each for each in ends if isinstance(each, states.End)], now=now))
        for each in ends:
            if isinstance(each, states.Failure):
                state = states.fail(db, run, each, now=now, rules=rules)
                tallies[f"entry/{state}"] += state is not None
            elif isinstance(each, states.Aside):
                tallies["entry/set_aside"] += entry_states.set_aside(db, run, each.url, each.dated)
        return tallies
