"""Any series of crawls, killed anywhere: what a site published stands in the output exactly once, in order."""

import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from espreso_crawler.ledger import Lease, Ledger, Rules
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.care.reconcile import reconcile
from tests.ledger.builders import HOST, QUICK, Clock, database, draft, open_ledger, sealed, see, sighting, url

ARTICLES = st.integers(0, 5)
RULES = Rules(max_attempts=10**6, backoff=QUICK.backoff, flush_items=3, seal_items=3)


class Series(RuleBasedStateMachine):
    """A site of six articles, and crawls of it."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.texts: dict[int, int] = defaultdict(int)
        self.moves: dict[int, int] = defaultdict(int)
        self.published: set[int] = set()
        self.leases: list[Lease] = []
        self.ledger: Ledger | None = None
        self.other: Ledger | None = None

    def crawl(self) -> Ledger:
        self.ledger = self.ledger or open_ledger(self.root, clock=self.clock, rules=RULES)
        return self.ledger

    @rule(number=ARTICLES)
    def publish_or_update(self, number: int) -> None:
        self.texts[number] += number in self.published
        self.moves[number] += number in self.published
        self.published.add(number)

    @rule(limit=st.integers(0, 4))
    def see_the_feed(self, limit: int) -> None:
        entries = [sighting(number, minutes=self.moves[number]) for number in sorted(self.published)]
        self.leases += see(self.crawl(), *entries, limit=limit)

    @rule(limit=st.integers(1, 4))
    def take_what_is_pending(self, limit: int) -> None:
        self.leases += self.crawl().entries.take([HOST], limit=limit)

    @precondition(lambda self: self.leases)
    @rule(with_entity=st.booleans())
    def emit(self, with_entity: bool) -> None:
        lease = self.leases.pop(0)
        self.crawl().entries.handling(lease.url)
        number = int(lease.url.rpartition("-")[2])
        entity = number if with_entity else None
        self.crawl().outbox.emit(draft(lease.url, f"text {self.texts[number]}", entity_id=entity))

    @precondition(lambda self: self.leases)
    @rule()
    def fail(self) -> None:
        self.crawl().entries.attempt_failed(self.leases.pop(0).url, "HTTP 503")

    @rule(number=ARTICLES)
    def let_another_crawl_recheck(self, number: int) -> None:
        if number in self.published:
            self.other = self.other or open_ledger(self.root, clock=self.clock, rules=RULES)
            self.other.outbox.emit(draft(url(number), f"text {self.texts[number]}", entry_url=None))
            self.other.outbox.flush()

    @rule()
    def flush(self) -> None:
        self.crawl().outbox.flush()

    @rule()
    def seal(self) -> None:
        self.crawl().seal()

    @rule(hours=st.integers(-30, 30))
    def turn_the_clock(self, hours: int) -> None:
        self.clock.forward(hours=hours)

    @rule()
    def kill(self) -> None:
        if self.ledger:
            self.ledger.abandon()
        self.ledger, self.leases = None, []

    @rule()
    def close(self) -> None:
        self.crawl().close("finished", 0)
        self.ledger, self.leases = None, []

    @invariant()
    def numbers_have_no_holes(self) -> None:
        if hasattr(self, "root"):
            seen: dict[str, list[int]] = defaultdict(list)
            for line in sealed(self.root):
                seen[line["id"]].append(line["revision"])
            for revisions in seen.values():
                assert revisions == list(range(1, len(revisions) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "root"):
            return
        if self.other:
            self.other.close("finished", 0)
        self.kill()
        self.finish()
        shutil.rmtree(self.root)

    def finish(self) -> None:
        """Crawl once more, undisturbed; then the output must hold what the site published."""
        ledger = self.crawl()
        self.leases = ledger.entries.take([HOST])
        self.see_the_feed(limit=100)
        while self.leases:
            self.emit(with_entity=True)
        for recheck in sorted(self.published):
            ledger.outbox.emit(draft(url(recheck), f"text {self.texts[recheck]}", entry_url=None))
        ledger.close("finished", 0)
        self.numbers_have_no_holes()
        last: dict[str, Any] = {line["url"]: line["article_body"] for line in sealed(self.root)}
        assert last == {url(number): f"text {self.texts[number]}" for number in self.published}
        state = self.root / "state"
        with inspected(database(self.root), output=self.root / "output", state=state) as session:
            assert reconcile(session).is_well()


TestSeries = Series.TestCase
TestSeries.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
