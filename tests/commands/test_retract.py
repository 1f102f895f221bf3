"""``scrapy ledger retract``: what a real crawl wrote is taken back, sealed and valid, by a run of its own."""

from pathlib import Path

import pytest

from espreso_crawler.schema.validator import problems
from tests.commands.test_ledger import assert_refused, scrapy
from tests.crawls import Desk
from tests.site import running, small


def test_a_run_is_taken_back_whole(tmp_path: Path):
    desk = Desk(tmp_path)
    with running(small()) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
    (crawl,), created = desk.runs(), desk.records()
    done = scrapy(desk, "ledger", "retract", crawl["run_id"], "--reason", "wrong dates")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [f"retracted {each['id']} revision 2" for each in created]

    retracted = desk.records()[5:]
    assert [problems(line) for line in desk.files()[-1].read_bytes().splitlines()] == [[]] * 5
    for record, was in zip(retracted, created, strict=True):
        assert (record["event"], record["revision"], record["retracts"]) == ("retracted", 2, [1])
        assert record["reason"] == "wrong dates"
        for name in ("id", "entity_id", "url", "edition", "date_published", "fetched_at"):
            assert record[name] == was[name], name
    run = desk.runs()[-1]
    assert (run["spider"], run["reason"], run["exit_code"]) == ("retract", "finished", 0)
    assert run["counts"] == {"outcome": {"retracted": 5}}
    assert {record["run_id"] for record in retracted} == {run["run_id"]}
    assert scrapy(desk, "ledger", "reconcile").returncode == 0

    again = scrapy(desk, "ledger", "retract", created[0]["id"], "--reason", "wrong dates")
    assert_refused(again, 2, f"scrapy ledger retract: {created[0]['id']}: nothing of it is in the output")
    assert [(run["reason"], run["exit_code"]) for run in desk.runs()[2:]] == [("refused", 2)]


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("ua:1", "--reason", "wrong"), 4, "there is no ledger"),
        (("ua:1", "--reason", " "), 2, "must not be empty"),
    ],
)
def test_a_refusal_is_told_and_makes_nothing(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", "retract", *arguments), code, reason)
    assert list(tmp_path.iterdir()) == []
