"""Drafts held back until a verdict: no revision number, no line, no new name of an article before that."""

import time
from collections.abc import Sequence
from dataclasses import replace

from espreso_crawler.ledger.articles import articles
from espreso_crawler.ledger.articles.decisions import Decision, Draft
from espreso_crawler.ledger.articles.neighbours import Neighbour
from espreso_crawler.ledger.articles.revisions import WRITES_A_HEAD
from espreso_crawler.ledger.delivery.outbox import Outbox
from espreso_crawler.ledger.entries import states
from espreso_crawler.ledger.holding import quarantine
from espreso_crawler.ledger.holding.held_draft import HeldDraft, packed, unpacked
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import entry_states, held_rows


class Holding:
    """``ledger.holding``: in memory at first, in the ledger with the next flush, so that a kill loses nothing."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        self._session = session
        self._outbox = outbox
        self._held: list[HeldDraft] = []
        self._names: dict[str, HeldDraft] = {}
        self._adopted: set[int | None] = set()
        """Rows taken over: one that was accepted since stands there until the flush."""
        self._since = 0.0

    @property
    def waiting(self) -> int:
        """How many drafts wait for a verdict."""
        return len(self._held)

    def adopt(self) -> list[HeldDraft]:
        """Take over drafts that runs left which are over, and return them: they wait for this run's verdict."""
        session, mine = self._session, self._adopted | {kept.seq for kept in self._held}
        with session.db.transaction("adopt"):
            held_rows.adopt(session.db, session.run)
            rows = [row for row in held_rows.waiting_of(session.db, session.run) if row["seq"] not in mine]
            adopted = [unpacked(row) for row in rows]
            entry_states.adopt(session.db, session.run, _entries(adopted))
        for kept in adopted:
            self._adopted.add(kept.seq)
            self._add(kept)
        return adopted

    def put(self, draft: Draft, observation: bytes) -> tuple[Decision, HeldDraft | None]:
        """Hold a draft back; returns what would be decided about it, and what waits for `accept` or `quarantine`.

        A draft that says nothing new is decided at once, unless an earlier one of its article is held.
        """
        names = articles.names(draft.edition, draft.entity_id, draft.addresses())
        earlier = next((self._names[name] for name in reversed(names) if name in self._names), None)
        decision, base = self._outbox.foresee(draft, names)
        if earlier is None and decision.outcome not in WRITES_A_HEAD:
            return self._outbox.emit(replace(draft, says_nothing_new=True)), None
        if earlier and earlier.draft.digests == draft.digests:
            decision = Decision("duplicate", earlier.foreseen.id or decision.id, revision=decision.revision)
        kept = HeldDraft(draft, observation, decision, base, names)
        if not self._held or all(each.seq for each in self._held):
            self._since = time.monotonic()
        self._add(kept)
        if draft.entry_url:
            self._session.end_handling(draft.entry_url)
        return decision, kept

    def accept(self, drafts: Sequence[HeldDraft]) -> list[HeldDraft]:
        """Let drafts into the outbox, in the order in which they were made: now they are decided.

        Returns those that stay held, because an earlier draft of the same article does.
        """
        blocked = self._behind_others(drafts)
        going = [kept for kept in drafts if kept not in blocked]
        self._remove(going)
        for at in range(0, len(going), self._session.rules.flush_items):
            together = going[at : at + self._session.rules.flush_items]
            self._outbox.look_up(together)
            for kept in together:
                self._outbox.emit(kept.draft, kept)
        return blocked

    def quarantine(self, drafts: Sequence[HeldDraft], reasons: Sequence[str]) -> None:
        """Put drafts into quarantine, each with its reason; their entries end as ``quarantined``."""
        if not drafts:
            return
        self._remove(drafts)
        session = self._session
        session.make_durable()
        quarantine.hide(session, session.run)  # a kill must not leave a copy that is behind
        with session.db.transaction("quarantine"):
            both = [*zip(drafts, reasons, strict=True)]
            held_rows.quarantine(session.db, [(reason, kept.seq) for kept, reason in both if kept.seq])
            unwritten = [self._row(kept, "quarantined", reason) for kept, reason in both if not kept.seq]
            held_rows.insert(session.db, unwritten)
            ends = [
                states.End(kept.draft.entry_url, "quarantined", reason)
                for kept, reason in zip(drafts, reasons, strict=True)
                if kept.draft.entry_url
            ]
            tallies = states.end(session.db, session.run, ends, now=session.now())
            tallies["outcome/quarantined"] = len(drafts)
            session.count(tallies)
        quarantine.show(session, session.run)

    def is_due(self) -> bool:
        """Whether a draft has been in memory alone for `Rules.flush_seconds`."""
        has_unwritten = any(kept.seq is None for kept in self._held)
        return has_unwritten and time.monotonic() - self._since >= self._session.rules.flush_seconds

    def flush(self) -> None:
        """Write held drafts into the ledger, so that they outlive the process."""
        unwritten = [kept for kept in self._held if kept.seq is None]
        if not unwritten:
            return
        self._session.make_durable()
        with self._session.db.transaction("hold"):
            rows = held_rows.insert(self._session.db, [self._row(kept, "waiting", None) for kept in unwritten])
            entry_states.hold(self._session.db, self._session.run, _entries(unwritten))
        for kept, seq in zip(unwritten, rows, strict=True):
            kept.seq = seq

    def texts(self) -> list[Neighbour]:
        """Return what is kept of the texts that are held."""
        return [kept.draft.text for kept in self._held if kept.draft.text]

    def has(self, draft: Draft) -> bool:
        """Whether an earlier draft of the same article is held: then this one must not overtake it."""
        if not self._names:
            return False
        names = articles.names(draft.edition, draft.entity_id, draft.addresses())
        return any(name in self._names for name in names)

    def _behind_others(self, drafts: Sequence[HeldDraft]) -> list[HeldDraft]:
        going, names, behind = set(map(id, drafts)), set[str](), list[HeldDraft]()
        if len(going) == len(self._held):
            return []
        for kept in self._held:
            if id(kept) in going and names.isdisjoint(kept.names):
                continue
            names.update(kept.names)
            if id(kept) in going:
                behind.append(kept)
        return behind

    def _add(self, kept: HeldDraft) -> None:
        self._held.append(kept)
        self._names |= dict.fromkeys((*kept.names, kept.foreseen.id), kept)

    def _remove(self, drafts: Sequence[HeldDraft]) -> None:
        gone = set(map(id, drafts))
        left = [kept for kept in self._held if id(kept) not in gone]
        self._held, self._names = [], {}
        for kept in left:
            self._add(kept)

    def _row(self, kept: HeldDraft, state: str, reason: str | None) -> tuple[object, ...]:
        content, line = packed(kept, self._session)
        observation = kept.observation.decode()
        return (self._session.run, state, kept.draft.entry_url, kept.base, content, line, observation, reason)


def _entries(drafts: Sequence[HeldDraft]) -> list[str]:
    return [kept.draft.entry_url for kept in drafts if kept.draft.entry_url]
