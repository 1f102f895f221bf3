"""Answers asked ahead, for several articles at once, never outlive a commit that could change them."""

from dataclasses import replace
from pathlib import Path

from espreso_crawler.ledger import Ledger, Near, Neighbour
from tests.ledger.builders import NOON, draft, open_ledger, sealed, url

AT = int(NOON.timestamp())
KEYS = tuple(range(16))


def text(number: int) -> Neighbour:
    return Neighbour(f"ua:news-{number}", AT, bytes([number]), KEYS, expires=AT + 1000)


def expect(ledger: Ledger, *numbers: int) -> None:
    """Let a ledger know which articles are on their way."""
    texts = [Near.to(text(number), 100) for number in numbers]
    ledger.articles.expect([("ua", str(number), [url(number)]) for number in numbers], texts)


def emit(ledger: Ledger, number: int, body: str = "text") -> str | None:
    return ledger.outbox.emit(replace(draft(url(number), body, entity_id=str(number)), text=text(number))).event


def near(ledger: Ledger, number: int) -> list[str]:
    return [other.id for other in ledger.neighbours.near(text(number), seconds=100)]


def test_what_this_run_wrote_meanwhile_is_known(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    expect(ledger, 1, 2)
    assert (near(ledger, 2), ledger.articles.identify("ua", "1", url(1))[1]) == ([], None)
    emit(ledger, 1)
    assert near(ledger, 2) == ["ua:news-1"]  # not written yet
    ledger.outbox.flush()
    assert near(ledger, 2) == ["ua:news-1"]
    id_, known = ledger.articles.identify("ua", "1", url(1))
    assert (id_, known and known.revision) == ("ua:1", 1)


def test_what_another_run_wrote_meanwhile_is_known_at_the_flush(tmp_path: Path) -> None:
    mine, other = open_ledger(tmp_path), open_ledger(tmp_path)
    expect(mine, *range(4))
    emit(other, 1, "another text")
    emit(other, 2)
    other.outbox.flush()
    assert [emit(mine, number) for number in range(4)] == ["created"] * 4
    outcomes = [(each.event or each.outcome, each.revision) for each in mine.outbox.flush()]
    assert outcomes == [("created", 1), ("revised", 2), ("unchanged", 1), ("created", 1)]
    mine.close("finished", 0)
    other.close("finished", 0)
    lines = sorted((line["id"], line["revision"]) for line in sealed(tmp_path))
    assert lines == [("ua:0", 1), ("ua:1", 1), ("ua:1", 2), ("ua:2", 1), ("ua:3", 1)]


def test_a_bearer_of_another_number_is_not_taken_for_the_article(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    emit(ledger, 1)
    ledger.outbox.flush()
    expect(ledger, 1)
    assert ledger.articles.identify("ua", "1", url(1))[0] == "ua:1"
    assert ledger.articles.identify("ua", "7", url(1)) == ("ua:7", None)
    assert ledger.articles.identify("global", "7", url(1))[0] == "ua:1"
