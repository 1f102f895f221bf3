"""What earlier runs saw of an edition: changed runs apart from usual ones, and documents of any version."""

from pathlib import Path
from typing import Any

from espreso_crawler.ledger import Ledger
from espreso_crawler.ledger.holding.baselines import KEPT
from tests.ledger.builders import open_ledger

OLD = {"rows": 40, "flaws": {"authors": 40}, "silent": {}, "lengths": {"headline": [40, 170.0]}}
"""As the first version wrote them."""


def numbers(ledger: Ledger, edition: str = "ua") -> list[int]:
    return [document["rows"] for document in ledger.baselines.last(edition)]


def seen(rows: int) -> dict[str, Any]:
    return {"rows": rows, "flaws": {}, "silent": {}, "lengths": {}, "feeds": 1, "feed_flaws": {}}


def test_documents_of_an_earlier_version_stand_beside_new_ones(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.baselines.add("ua", OLD)
    ledger.baselines.add("ua", seen(3))
    ledger.baselines.add("bc", seen(7))
    assert ledger.baselines.last("ua") == [seen(3), OLD]
    assert numbers(ledger, "bc") == [7]
    ledger.close("finished", 0)


def test_a_run_that_saw_a_change_is_not_usual_until_it_is_accepted(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.baselines.add("ua", seen(40))
    ledger.baselines.add("ua", seen(25), changes=["jsonld"])
    assert numbers(ledger) == [40]
    changed = ledger.baselines.changed(ledger.run.id)
    assert {edition: (each["rows"], each["changes"]) for edition, each in changed.items()} == {"ua": (25, ["jsonld"])}
    ledger.baselines.add("ua", seen(25), anew=True)
    assert numbers(ledger) == [25]
    assert ledger.baselines.changed(ledger.run.id) == {}
    ledger.close("finished", 0)


def test_changed_runs_push_no_usual_one_out(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    for number in range(3):
        ledger.baselines.add("ua", seen(number))
    for _ in range(KEPT + 5):
        ledger.baselines.add("ua", seen(99), changes=["jsonld"])
    assert numbers(ledger) == [2, 1, 0]
    for number in range(KEPT + 5):
        ledger.baselines.add("ua", seen(number))
    assert numbers(ledger) == list(reversed(range(5, KEPT + 5)))
    ledger.close("finished", 0)
