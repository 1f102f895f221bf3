"""``scrapy ledger forget``: a text that a real crawl wrote is nowhere afterwards, and does not come back."""

from pathlib import Path

import pytest

from espreso_crawler.schema.validator import problems
from tests.commands.test_ledger import assert_refused, scrapy
from tests.crawls import Desk
from tests.site import running, small


def test_a_forgotten_article_is_nowhere_and_stays_so(tmp_path: Path):
    desk = Desk(tmp_path)
    with running(small()) as demo:
        desk.crawl(f"start={demo.url}/news", "limit=5")
        victim = desk.records()[2]
        done = scrapy(desk, "ledger", "forget", victim["url"] + "?amp", "--reason", "asked to")
        assert (done.returncode, done.stderr) == (0, b"")
        first, *rewritten = done.stdout.decode().splitlines()
        assert first == f"erased {victim['id']} revision 2"
        assert [line.split("/")[0] for line in rewritten] == ["rewritten articles", "rewritten feed"]
        demo.control.clear_log()
        assert desk.crawl(f"start={demo.url}/news", "limit=3").exit_code == 0
        assert victim["url"].removeprefix(demo.url) not in {visit.target for visit in demo.control.log()}

    erased = [record for record in desk.records() if record["id"] == victim["id"]]
    assert [(each["event"], each["revision"], each["reason"]) for each in erased] == [("erased", 2, "asked to")]
    assert [line for path in desk.files() for line in path.read_bytes().splitlines() if problems(line)] == []
    body = victim["article_body"].split("\n")[0].encode()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or body not in path.read_bytes(), path
    run = desk.runs()[1]
    assert (run["spider"], run["arguments"], run["exit_code"]) == ("forget", {"reason": "asked to"}, 0)
    assert scrapy(desk, "ledger", "reconcile").returncode == 0

    done = scrapy(desk, "ledger", "forget", "ua:unknown", "--reason", "asked to")
    assert_refused(done, 2, "scrapy ledger forget: ua:unknown: neither an article nor a feed entry of this ledger")


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("ua:1", "--reason", "asked to", "-s", "ESPRESO_LEDGER=none"), 1, "ESPRESO_LEDGER=none"),
        (("http://espreso.tv:port/x", "--reason", "asked to"), 2, "espreso.tv:port"),
    ],
)
def test_a_refusal_is_told_and_makes_nothing(arguments, code: int, reason: str, tmp_path: Path):
    assert_refused(scrapy(Desk(tmp_path), "ledger", "forget", *arguments), code, reason)
    assert list(tmp_path.iterdir()) == []
