"""The webhook: told of bad runs, never a reason for one, and its address nowhere in log or output."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.extensions import webhook
from espreso_crawler.extensions.notification import fields_of
from espreso_crawler.extensions.webhook import Webhook
from espreso_crawler.settings import EXTENSIONS
from tests.crawls import Desk, start
from tests.extensions.receiver import SECRET, receiving
from tests.site import running, small
from tests.waiting import PATIENCE

BODY = '{"text": "$summary", "code": "$exit_code", "to": ["$spider #$run_id"]}'
NO_SITE = "start=http://127.0.0.1:9/news"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, {"LOG_LEVEL": "DEBUG", "ESPRESO_WEBHOOK_BODY": BODY, "RETRY_TIMES": "0"})


def everything_written(desk: Desk) -> str:
    return "".join(path.read_text(errors="replace") for path in desk.home.rglob("*") if path.is_file())


def test_a_failed_run_is_told_also_when_the_server_stumbles(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ESPRESO_WEBHOOK_TOKEN", "bearer of news")
    with receiving(500, 200) as receiver:
        monkeypatch.setenv("ESPRESO_WEBHOOK_URL", receiver.url)
        done = desk.crawl(NO_SITE)
    (run,) = desk.runs()
    assert done.exit_code == run["exit_code"] == 3
    assert receiver.bodies[0] == receiver.bodies[1]
    assert receiver.bodies[1] == {
        "text": "read_also: critical, exit code 3: the source could not be read; start pages could not be read; "
        "robots.txt could not be read, so nothing was fetched. 0 lines, 0 failures; "
        f"run {run['run_id']}",
        "code": 3,
        "to": [f"read_also #{run['run_id']}"],
    }
    assert receiver.headers[1]["Authorization"] == "Bearer bearer of news"
    assert done.log.count("Webhook at 127.0.0.1 notified: critical") == 1
    assert SECRET not in done.log + everything_written(desk)
    assert "bearer of news" not in done.log + everything_written(desk)


def test_a_webhook_that_fails_is_one_line_and_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    with running(small()) as demo, receiving(302) as receiver:
        monkeypatch.setenv("ESPRESO_WEBHOOK_URL", receiver.url)
        done = desk.crawl(start(demo), "limit=1", settings={"ESPRESO_WEBHOOK_LEVEL": "ok"})
    assert (done.exit_code, len(receiver.bodies), len(desk.records())) == (0, 1, 1)
    (line,) = [line for line in done.log.splitlines() if "extensions.webhook" in line]
    assert line.endswith("WARNING: Webhook at 127.0.0.1 not notified: HTTP 302")
    assert SECRET not in done.log
    assert "Traceback" not in done.log


def test_a_good_run_is_not_told_and_one_that_cannot_start_is(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    with running(small()) as demo, receiving(200) as receiver:
        monkeypatch.setenv("ESPRESO_WEBHOOK_URL", receiver.url)
        assert desk.crawl(start(demo), "limit=1").exit_code == 0
        assert receiver.bodies == []
        assert desk.crawl(start(demo), settings={"ESPRESO_LEDGER": "postgres://"}).exit_code == 1
    (body,) = receiver.bodies
    assert body["text"].startswith(
        "read_also: critical, exit code 1: it did not start; ESPRESO_LEDGER='postgres://': give"
    )


def test_an_address_that_is_none_is_refused_and_not_shown():
    with pytest.raises(ConfigurationError, match="ESPRESO_WEBHOOK_URL in the environment is not an http") as error:
        configured({}, {"ESPRESO_WEBHOOK_URL": "chat.example.org/x"})
    assert "/x" not in str(error.value)


def test_a_wrong_setup_leaves_no_run_behind(desk: Desk):
    done = desk.crawl(NO_SITE, settings={"ESPRESO_WEBHOOK_LEVEL": "bad"})
    assert (done.exit_code, desk.runs()) == (1, [])
    assert not (desk.home / "state").exists()


def test_a_server_that_never_answers_does_not_keep_the_run(monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr(webhook, "LONGEST", 0.3)
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", PATIENCE)  # who waited for that would name another reason
    with receiving(0) as receiver:
        hook = configured({}, {"ESPRESO_WEBHOOK_URL": receiver.url})
        hook.tell(fields_of({"spider": "read_also", "exit_code": 4}))
    assert caplog.messages == ["Webhook at 127.0.0.1 not notified: no answer in time"]


def test_quotes_in_values_do_not_break_the_body():
    document = {"spider": 'a "quoted"\nname $spider', "exit_code": 0}
    assert webhook.filled({"text": "$spider!", "whole": "$run", "n": 1}, fields_of(document)) == {
        "text": 'a "quoted"\nname $spider!',
        "whole": document,
        "n": 1,
    }


def configured(settings: Mapping[str, str], environment: Mapping[str, str]) -> Webhook:
    given = {"ESPRESO_WEBHOOK_LEVEL": "critical", "ESPRESO_WEBHOOK_BODY": BODY} | dict(settings)
    hook = Webhook.configured(Settings(given), environment)
    assert hook is not None
    return hook


class Impatient:
    """Extension that gives a server little time to answer."""

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        webhook.ANSWER_SECONDS = 0.3
        return cls()


@pytest.mark.parametrize("statuses", [(500,), (0,)])
def test_a_webhook_that_fails_or_hangs_is_one_warning(statuses, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    with running(small()) as demo, receiving(*statuses) as receiver:
        monkeypatch.setenv("ESPRESO_WEBHOOK_URL", receiver.url)
        extensions = json.dumps({**EXTENSIONS, f"{__name__}.Impatient": 500})
        told = {"ESPRESO_WEBHOOK_LEVEL": "ok", "EXTENSIONS": extensions}
        done = desk.crawl(start(demo), "limit=8", settings=told)
    assert done.exit_code == 0
    worse = [
        line for line in done.log.splitlines() if " WARNING: " in line or " ERROR: " in line or " CRITICAL: " in line
    ]
    assert [line for line in worse if "Webhook at 127.0.0.1 not notified: " in line] == worse
    assert len(worse) == 1
    assert "Traceback" not in done.log
