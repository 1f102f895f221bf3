"""An article that is dropped as known is unfinished: whatever another crawl writes meanwhile, it never becomes a line."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from espreso_crawler import record
from espreso_crawler.drops import Unchanged
from espreso_crawler.extensions.captures import Capture, attach
from espreso_crawler.identity import host_of
from espreso_crawler.items import Article
from espreso_crawler.ledger import Ledger, Run, Sighting, new_run_id
from espreso_crawler.pages import article
from espreso_crawler.pipelines.deduplicate import DeduplicatePipeline
from espreso_crawler.pipelines.drafts import draft
from tests.builders import Facts, page
from tests.ledger.builders import sealed

FACTS = Facts()
SEEN = Sighting(FACTS.url, host_of(FACTS.url), "global", FACTS.headline)


def ledger_of(root: Path) -> Ledger:
    now = datetime.now(UTC)
    run = Run(new_run_id(now), "test", {}, now)
    state = root / "state"
    return Ledger.open(state / "ledger.sqlite3", output=root / "output", state=state, run=run, record=record)


def write(ledger: Ledger, facts: Facts) -> None:
    item = article(page(facts))
    ledger.outbox.emit(replace(draft(item, Capture(FACTS.url)), body=record.encode(item)))
    ledger.outbox.flush()


def deduplicate(ledger: Ledger, item: Article) -> None:
    keeper: Any = SimpleNamespace(ledger=ledger, guarding=nullcontext)
    DeduplicatePipeline(keeper).process_item(attach(item, Capture(FACTS.url)))


def test_what_seemed_unchanged_is_fetched_again_when_another_crawl_wrote_it_meanwhile(tmp_path: Path) -> None:
    mine, other = ledger_of(tmp_path), ledger_of(tmp_path)
    write(mine, FACTS)
    host = host_of(FACTS.url)
    (lease,) = mine.entries.see([SEEN], seen_at=datetime.now(UTC), seen_on=f"https://{host}/")
    with pytest.raises(Unchanged):
        deduplicate(mine, article(page(FACTS)))
    write(other, Facts(headline="Another headline by now"))
    (decision,) = mine.outbox.flush()
    assert (decision.outcome, decision.revision) == ("overtaken", 2)
    assert mine.entries.counts() == {"pending": 1}
    assert [each.url for each in mine.entries.take([host])] == [lease.url]
    mine.close("finished", 0)
    other.close("finished", 0)
    assert [line["revision"] for line in sealed(tmp_path)] == [1, 2]
