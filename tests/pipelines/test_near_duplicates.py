"""Near-copies are marked over flushes, runs and processes; revisions, series and old texts are not."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from scrapy.utils.test import get_crawler

from espreso_crawler.items import Article
from espreso_crawler.ledger import Ledger
from espreso_crawler.ledger.care.retraction import retract
from espreso_crawler.pipelines.drafts import apply
from espreso_crawler.pipelines.near_duplicates import NearDuplicatesPipeline
from espreso_crawler.pipelines.texts import DAY
from tests.ledger.builders import NOON, Clock, draft, open_ledger, url
from tests.near_duplicates.generated import Pair, article, pairs

WINDOW = 3 * DAY
COPY, SERIES = (
    next(pair for pair in pairs(1) if pair.relation == relation) for relation in ("reordered", "of_a_series")
)


def pipeline(ledger: Ledger, mode: str = "flag") -> NearDuplicatesPipeline:
    keeper: Any = SimpleNamespace(ledger=ledger, guarding=nullcontext)
    return NearDuplicatesPipeline(keeper, mode, WINDOW, get_crawler().stats)


def published(of: Article, number: int, *, hours: float = 0, revision: int = 1) -> Article:
    at = NOON + timedelta(hours=hours)
    return replace(
        of, id=f"ua:news-{number}", url=url(number), revision=revision, date_published=at, fetched_at=at, run_id="r"
    )


def through(ledger: Ledger, item: Article, mode: str = "flag") -> Article:
    """Let an article through the step and write it."""
    done = pipeline(ledger, mode).process_item(item)
    noted = ledger.neighbours.noted(done.id)
    body = done.article_body or ""
    apply(done, ledger.outbox.emit(replace(draft(done.url or "", body), **noted._asdict())), "r")
    return done


def both(tmp_path: Path, pair: Pair, *, second_hours: float = 1, flush: bool = True, memory: bool = False) -> Article:
    ledger = open_ledger(tmp_path, memory=memory)
    through(ledger, published(pair.first, 1))
    if flush:
        ledger.outbox.flush()
    return through(ledger, published(pair.second, 2, hours=second_hours))


@pytest.mark.parametrize("flush", [True, False])
@pytest.mark.parametrize("memory", [True, False])
def test_a_near_copy_names_the_earlier_article(tmp_path, flush, memory):
    copy = both(tmp_path, COPY, flush=flush, memory=memory)
    assert copy.near_duplicate_of == "ua:news-1"
    assert copy.similarity is not None and copy.similarity > 0.8


def test_an_item_of_a_daily_series_is_a_new_article(tmp_path):
    assert both(tmp_path, SERIES).near_duplicate_of is None


def test_a_text_outside_the_window_is_no_original(tmp_path):
    assert both(tmp_path, COPY, second_hours=80).near_duplicate_of is None


def test_a_revision_of_the_same_article_is_no_copy(tmp_path):
    ledger = open_ledger(tmp_path)
    through(ledger, published(COPY.first, 1))
    assert through(ledger, published(COPY.second, 1, hours=1, revision=2)).near_duplicate_of is None


def test_the_index_outlives_the_run(tmp_path):
    first = open_ledger(tmp_path)
    through(first, published(COPY.first, 1))
    first.close("finished", 0)
    second = open_ledger(tmp_path, clock=Clock(NOON + timedelta(hours=1)))
    assert through(second, published(COPY.second, 2, hours=1)).near_duplicate_of == "ua:news-1"


def test_two_processes_see_each_others_texts(tmp_path):
    one, other = open_ledger(tmp_path), open_ledger(tmp_path, clock=Clock(NOON + timedelta(seconds=1)))
    through(one, published(COPY.first, 1))
    one.outbox.flush()
    assert through(other, published(COPY.second, 2, hours=1)).near_duplicate_of == "ua:news-1"


def test_near_copies_are_dropped_when_told_so_but_never_a_revision(tmp_path):
    ledger = open_ledger(tmp_path)
    through(ledger, published(COPY.first, 1))
    through(ledger, published(COPY.second, 2, hours=1), "drop")
    through(ledger, published(article(["Other words stand here. " * 10]), 3))
    revised = through(ledger, published(COPY.second, 3, hours=1, revision=2), "drop")
    ledger.outbox.flush()
    assert ledger.articles.known("ua:news-2") is None
    assert (revised.near_duplicate_of, revised.revision) == ("ua:news-1", 2)


def test_a_copy_of_what_was_taken_back_is_not_dropped(tmp_path):
    ledger = open_ledger(tmp_path)
    through(ledger, published(COPY.first, 1))
    ledger.outbox.flush()
    retract(ledger, "ua:news-1", reason="wrong")
    copy = through(ledger, published(COPY.second, 2, hours=1), "drop")
    assert (copy.near_duplicate_of, copy.event) == ("ua:news-1", "created")


def test_off_looks_for_nothing(tmp_path):
    ledger = open_ledger(tmp_path)
    through(ledger, published(COPY.first, 1), "off")
    assert through(ledger, published(COPY.second, 2, hours=1)).near_duplicate_of is None


def test_of_several_originals_the_earliest_is_named(tmp_path):
    ledger = open_ledger(tmp_path)
    for number in (1, 2):
        through(ledger, published(COPY.first, number, hours=number))
    assert through(ledger, published(COPY.second, 3, hours=5)).near_duplicate_of == "ua:news-1"


def test_the_earlier_original_that_comes_later_is_written_as_a_link(tmp_path):
    ledger = open_ledger(tmp_path)
    through(ledger, published(COPY.first, 1, hours=2))
    assert through(ledger, published(COPY.second, 2)).near_duplicate_of is None
    ledger.close("finished", 0)
    (path,) = (tmp_path / "output" / "links").glob("*/*.jsonl")
    link = orjson.loads(path.read_bytes())
    assert (link["id"], link["near_duplicate_of"]) == ("ua:news-1", "ua:news-2")


def test_expired_texts_leave_the_index(tmp_path):
    clock = Clock()
    ledger = open_ledger(tmp_path, clock=clock)
    through(ledger, published(COPY.first, 1))
    ledger.outbox.flush()
    clock.forward(days=7)
    through(ledger, published(article(["Other words stand here. " * 10]), 2, hours=24 * 7))
    ledger.outbox.flush()
    rows = ledger.session.db.rows("SELECT id FROM neighbours")
    keys = ledger.session.db.rows("SELECT DISTINCT neighbour FROM neighbour_keys")
    assert ([row[0] for row in rows], len(keys)) == (["ua:news-2"], 1)
