"""What becomes of a draft, and what a flush writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from espreso_crawler.ledger import Decision, Ledger
from tests.ledger.builders import HOST, NOON, draft, open_ledger, sealed, see, sighting, url


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close("test over", 0)


def kinds(decisions: list[Decision]) -> list[tuple[str, int | None]]:
    return [(decision.event or decision.outcome, decision.revision) for decision in decisions]


def test_revisions_count_from_one_without_holes(ledger: Ledger) -> None:
    texts = ["a", "a", "b", "b", "a"]
    assert kinds([ledger.outbox.emit(draft(url(1), text)) for text in texts]) == [
        ("created", 1),
        ("unchanged", 1),
        ("revised", 2),
        ("unchanged", 2),
        ("revised", 3),
    ]


def test_a_revision_says_what_changed(ledger: Ledger) -> None:
    ledger.outbox.emit(draft(url(1), "a"))
    text = ledger.outbox.emit(draft(url(1), "b", labels=("updated",)))
    assert (text.changes, text.change_kind, text.silent) == (["article_body"], "text", False)
    metadata = ledger.outbox.emit(draft(url(1), "b", section="sport"))
    assert (metadata.changes, metadata.change_kind, metadata.silent) == (
        ["article_section"],
        "metadata",
        True,
    )


def test_a_new_extractor_sets_a_baseline_and_says_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1), "a"))
    assert kinds([ledger.outbox.emit(draft(url(1), "a, cleaner", version="2"))]) == [("baseline", 1)]
    assert kinds([ledger.outbox.emit(draft(url(1), "a, cleaner", version="2"))]) == [("unchanged", 1)]
    revised = ledger.outbox.emit(draft(url(1), "b", version="2"))
    assert (revised.revision, revised.changes) == (2, ["article_body"])
    ledger.close("finished", 0)
    assert [line["revision"] for line in sealed(tmp_path)] == [1, 2]


def test_another_slug_of_the_same_article_is_a_duplicate(ledger: Ledger) -> None:
    see(ledger, sighting(1), sighting(2))
    decisions = [ledger.outbox.emit(draft(url(n), entity_id=7)) for n in (1, 2)]
    assert kinds(decisions) == [("created", 1), ("duplicate", 1)]
    assert {decision.id for decision in decisions} == {"ua:7"}
    ledger.outbox.flush()
    assert ledger.entries.counts() == {"emitted": 1, "duplicate": 1}
    assert kinds([ledger.outbox.emit(draft(url(2), entity_id=7))]) == [("duplicate", 1)]
    assert kinds([ledger.outbox.emit(draft(url(1), entity_id=7))]) == [("unchanged", 1)]


@pytest.mark.parametrize("first", [None, 7])
def test_an_id_never_changes_with_and_without_entity_id(ledger: Ledger, first: int | None) -> None:
    known = ledger.outbox.emit(draft(url(1), entity_id=first)).id
    for entity in (7, None, 7, None):
        assert ledger.outbox.emit(draft(url(1), entity_id=entity)).id == known
        ledger.outbox.flush()
        assert ledger.articles.identify("ua", entity, url(1))[0] == known
    assert ledger.outbox.emit(draft(url(2), entity_id=7)).id == known


def test_two_ids_that_prove_to_be_one_article_become_the_first(ledger: Ledger) -> None:
    first = ledger.outbox.emit(draft(url(1))).id
    assert ledger.outbox.emit(draft(url(2), entity_id=7)).id == "ua:7"
    assert ledger.outbox.emit(draft(url(1), entity_id=7)).id == first
    assert ledger.outbox.emit(draft(url(2), entity_id=7)).id == first
    assert ledger.outbox.emit(draft(url(2))).id == first


def test_an_alias_is_bound_to_the_first_id(ledger: Ledger) -> None:
    ledger.outbox.emit(draft(url(1), entity_id=1, urls=(url(5),)))
    ledger.outbox.emit(draft(url(2), entity_id=2, urls=(url(6),)))
    ledger.outbox.flush()
    assert ledger.articles.identify("ua", None, url(5))[0] == "ua:1"
    assert ledger.articles.identify("ua", None, url(6))[0] == "ua:2"
    known = ledger.articles.at(url(5).replace("https:", "http:"))
    assert known
    assert known.id == "ua:1"


def test_a_page_may_name_more_addresses_than_one_statement_takes(ledger: Ledger) -> None:
    many = tuple(f"https://{HOST}/alternate-{number}" for number in range(1_200))
    ledger.outbox.emit(draft(url(1), entity_id=1, urls=many))
    ledger.outbox.flush()
    assert ledger.outbox.emit(draft(url(2), urls=many[::-1])).id == "ua:1"


def test_at_most_one_line_of_an_article_waits_for_a_flush(ledger: Ledger) -> None:
    committed: list[list[Decision]] = []
    ledger.outbox.on_commit = committed.append
    ledger.outbox.emit(draft(url(1), "a"))
    ledger.outbox.emit(draft(url(2), "a"))
    ledger.outbox.emit(draft(url(1), "b"))
    assert [kinds(each) for each in committed] == [[("created", 1), ("created", 1)]]
    ledger.outbox.flush()
    assert kinds(committed[-1]) == [("revised", 2)]


def test_what_stands_is_known_after_the_flush(ledger: Ledger) -> None:
    ledger.outbox.emit(draft(url(1), "a", entity_id=7, date_published="2026-11-22T10:00:00+02:00"))
    assert ledger.articles.known("ua:7") is None
    ledger.outbox.flush()
    known = ledger.articles.known("ua:7")
    assert known
    assert (known.revision, known.state, known.url, known.entity_id) == (1, "live", url(1), "7")
    assert known.published_at == "2026-11-22T10:00:00+02:00"
    assert known.same_as(draft(url(1), "a").digests, "1")
    assert not known.same_as(draft(url(1), "b").digests, "1")
    assert not known.same_as(draft(url(1), "a").digests, "2")


def test_a_recheck_leaves_the_entry_alone(ledger: Ledger) -> None:
    see(ledger, sighting(1))
    ledger.outbox.emit(draft(url(1), "a"))
    ledger.outbox.emit(draft(url(1), "b", entry_url=None))
    ledger.outbox.flush()
    assert ledger.entries.counts() == {"emitted": 1}


def test_a_segment_holds_one_day_and_one_schema_version(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1)))
    ledger.outbox.emit(draft(url(2), schema_version="2.0"))
    ledger.session.clock = lambda: NOON.replace(day=23)
    ledger.outbox.emit(draft(url(3), schema_version="2.0"))
    run = ledger.run.id
    assert ledger.seal() == [
        f"articles/emitted=2026-11-22/000000000001-{run}.jsonl",
        f"articles/emitted=2026-11-22/000000000002-{run}.jsonl",
        f"articles/emitted=2026-11-23/000000000003-{run}.jsonl",
    ]
    ledger.close("finished", 0)


def test_a_crawl_without_memory_numbers_on(tmp_path: Path) -> None:
    for number in (1, 2):
        ledger = open_ledger(tmp_path, memory=True)
        see(ledger, sighting(1))
        assert ledger.outbox.emit(draft(url(1))).event == "created"
        document = ledger.close("finished", 0)
        assert [segment["number"] for segment in document["segments"]] == [number, number]
    assert not (tmp_path / "state").exists()


def test_two_drafts_of_what_turns_out_to_be_one_article_are_two_revisions(tmp_path: Path) -> None:
    ours, theirs = open_ledger(tmp_path), open_ledger(tmp_path)
    ours.outbox.emit(draft(url(1), text="one", entry_url=None))
    ours.outbox.emit(draft(url(2), text="two", entry_url=None))
    theirs.outbox.emit(draft(url(3), text="theirs", entry_url=None, urls=(url(1), url(2))))
    theirs.outbox.flush()
    ours.outbox.flush()
    theirs.close("finished", 0)
    ours.close("finished", 0)
    lines = sorted((line["id"], line["revision"], line["event"]) for line in sealed(tmp_path))
    assert lines == [("ua:news-3", 1, "created"), ("ua:news-3", 2, "revised"), ("ua:news-3", 3, "revised")]


def test_a_draft_of_an_article_that_the_same_flush_binds_into_another_is_decided_after_that(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.outbox.emit(draft(url(1), text="one", entry_url=None))
    ledger.outbox.emit(draft(url(2), text="two", entry_url=None, urls=(url(2), url(3))))
    ledger.outbox.flush()
    ledger.outbox.emit(draft(url(1), text="both", entry_url=None, urls=(url(1), url(2))))
    ledger.outbox.emit(draft(url(3), text="third", entry_url=None))
    decisions = ledger.outbox.flush()
    ledger.close("finished", 0)
    assert [(each.id, each.revision) for each in decisions] == [("ua:news-1", 2), ("ua:news-1", 3)]
    lines = [(line["id"], line["revision"]) for line in sealed(tmp_path)]
    assert len(lines) == len(set(lines)) == 4
