"""One article keeps one id, whatever its page says of itself from one fetch to the next."""

from datetime import UTC, datetime
from pathlib import Path

from espreso_crawler.extensions.ledger import Capture
from espreso_crawler.ledger import Ledger, Run, new_run_id
from espreso_crawler.pages import article
from espreso_crawler.pipelines.drafts import draft
from tests.builders import Facts, page


def test_one_article_fetched_with_without_and_again_with_its_entity_id_keeps_one_id(tmp_path: Path):
    run = Run(new_run_id(datetime.now(UTC)), "test", {}, datetime.now(UTC))
    ledger = Ledger.open(tmp_path / "ledger.sqlite3", output=tmp_path / "output", state=tmp_path, run=run)
    ids = []
    for entity_id in ("700001", None, "700001"):
        item = article(page(Facts(entity_id=entity_id)))
        ids.append(ledger.outbox.emit(draft(item, Capture(None), run.id)).id)
        ledger.outbox.flush()
    ledger.close("finished", 0)
    assert ids == ["global:700001"] * 3


def test_an_id_given_by_the_slug_stays_when_the_entity_id_comes_later(tmp_path: Path):
    run = Run(new_run_id(datetime.now(UTC)), "test", {}, datetime.now(UTC))
    ledger = Ledger.open(tmp_path / "ledger.sqlite3", output=tmp_path / "output", state=tmp_path, run=run)
    ids = [
        ledger.outbox.emit(draft(article(page(Facts(entity_id=entity_id))), Capture(None), run.id)).id
        for entity_id in (None, "700001", None)
    ]
    ledger.close("finished", 0)
    assert ids == ["global:news-a-bridge-opens"] * 3
