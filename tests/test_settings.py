"""Settings come from the file, the environment and the command line, and the later one wins."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from espreso_crawler import options, scrapy_settings, settings
from espreso_crawler.exceptions import ConfigurationError
from tests import forked
from tests.checkout import ROOT
from tests.crawls import Desk, page_requests
from tests.site import Fault, running, small


@pytest.mark.parametrize(
    ("environment", "options", "expected"),
    [
        ({"ESPRESO_OUTPUT": "/srv/espreso"}, [], "/srv/espreso"),
        ({"ESPRESO_OUTPUT": "/srv/espreso"}, ["-s", "ESPRESO_OUTPUT=elsewhere"], "elsewhere"),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_file(environment, options, expected, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = forked.command("settings", "--get", "ESPRESO_OUTPUT", *options)
    assert done.stdout.decode().strip() == expected


def test_a_crawl_starts_without_what_it_does_not_use(tmp_path: Path):
    places = {"ESPRESO_OUTPUT": str(tmp_path / "output"), "ESPRESO_STATE": str(tmp_path / "state")}
    options = ["-a", "start=http://127.0.0.1:9/news", "-s", "RETRY_TIMES=0"]
    command = [sys.executable, "-X", "importtime", "-m", "scrapy", "crawl", "read_also", *options]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | places, capture_output=True, text=True, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "espreso_crawler.ledger" in loaded
    slow = {"aiohttp", "requests", "prometheus_client", "apscheduler", "jsonschema", "espreso_crawler.demo_site"}
    slow |= {"playwright", "scrapy_playwright"}
    assert loaded & slow == set()


@pytest.mark.parametrize(
    ("name", "wrong", "allowed"),
    [
        ("ESPRESO_MAX_ATTEMPTS", "0", "a whole number from 1 on"),
        ("ESPRESO_MAX_ATTEMPTS", "2.5", "a whole number from 1 on"),
        ("ESPRESO_SEAL_SECONDS", "soon", "a number from 0 on"),
        ("ESPRESO_BROWSER_SECONDS", "nan", "a number above 0"),
        ("ESPRESO_NEAR_DUPLICATE_DAYS", "inf", "a number above 0"),
        ("ESPRESO_MONITORS", "yes", "True or False"),
        ("ESPRESO_OPT_OUT", "ignore", "one of flag, metadata, skip"),
        ("ESPRESO_LEDGER", "postgres://db", "sqlite:///PATH or postgresql://USER@HOST/DATABASE (its password only by"),
        ("ESPRESO_RECHECK", "1h 2x", "ages such as 1h 1d 7d, or 0 for never"),
        ("ESPRESO_OUTPUT", "", "the path of a folder"),
        ("ESPRESO_WEBHOOK_BODY", "{", "JSON"),
        ("ESPRESO_WEBHOOK_BODY", '{"a": ["$nobody"]}', "JSON; $$ is a dollar, and there are $emitted"),
        ("ESPRESO_WEBHOOK_BODY", '"5 $"', "JSON; $$ is a dollar"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name, wrong, allowed):
    with pytest.raises(ConfigurationError) as error:
        options.check({name: wrong}, {})
    assert str(error.value).startswith(f"{name}={wrong!r}: give {allowed}")


@pytest.mark.parametrize(
    "place",
    [
        "none",
        "sqlite:///state/ledger.sqlite3",
        "sqlite:////srv/ledger.sqlite3",
        "postgresql:///news",
        "postgresql://db/news",
        "postgresql://me@db:5432/news",
        "postgresql://me@one:5432,two:5432/news?target_session_attrs=read-write",
        "postgresql://me@[::1]:5432/news?options=-csearch_path%3Dua&passfile=/run/pass",
    ],
)
def test_right_places_of_a_ledger_are_allowed(place):
    options.check({"ESPRESO_LEDGER": place}, {})


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://me:secret@db/news",
        "postgresql://me:p/secret@db/news",
        "postgresql://me@db/news?password=secret",
        "postgresql://me@db/news?sslpassword=secret",
    ],
)
def test_a_password_in_a_setting_is_refused_and_not_repeated(place):
    with pytest.raises(ConfigurationError, match="its password only by") as error:
        options.check({"ESPRESO_LEDGER": place}, {})
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "environment", "said"),
    [
        ({"ESPRESO_OPTOUT": "skip"}, {}, "unknown setting ESPRESO_OPTOUT: did you mean ESPRESO_OPT_OUT?"),
        (
            {},
            {"ESPRESO_OUTPUTS": "x"},
            "unknown setting ESPRESO_OUTPUTS in the environment: did you mean ESPRESO_OUTPUT?",
        ),
        ({"ESPRESO_WEBHOOK": "x"}, {}, "unknown setting ESPRESO_WEBHOOK: did you mean ESPRESO_WEBHOOK_LEVEL or "),
        ({"ESPRESO_COLOUR": "x"}, {}, "unknown setting ESPRESO_COLOUR: known are ESPRESO_OUTPUT, "),
        ({"ESPRESO_QQ": 1}, {}, "unknown setting ESPRESO_QQ: known are ESPRESO_OUTPUT, ESPRESO_STATE,"),
        ({"ESPRESO_WEBHOOK_URL": "http://h/x"}, {}, "ESPRESO_WEBHOOK_URL would be logged as a setting"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(settings, environment, said):
    with pytest.raises(ConfigurationError) as error:
        options.check(settings, environment)
    assert str(error.value).startswith(said)
    assert "http://h/x" not in str(error.value)


def test_every_wrong_setting_is_named_at_once():
    with pytest.raises(ConfigurationError, match=r"ESPRESO_EMIT=2: .*; ESPRESO_SEAL_ITEMS=0: "):
        options.check({"ESPRESO_SEAL_ITEMS": 0, "ESPRESO_EMIT": 2}, {})


def test_defaults_and_what_only_the_environment_gives_are_allowed():
    options.check(options.defaults(), {"ESPRESO_WEBHOOK_URL": "http://h/x", "ESPRESO_CONTACT": "a@example.org"})


@pytest.mark.parametrize("name", [*scrapy_settings.FIXED])
def test_settings_that_would_do_nothing_or_harm_are_refused(name):
    other = {"DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter",
             "ITEM_PROCESSOR": "scrapy.pipelines.ItemPipelineManager", "JOBDIR": "jobs", "RETRY_HTTP_CODES": "500",
             "TWISTED_REACTOR": "twisted.internet.pollreactor.PollReactor"}.get(name)  # fmt: skip
    value = scrapy_settings.FIXED[name].value
    changed = Settings({**project(), name: other or (not value if isinstance(value, bool) else value + 1)})
    with pytest.raises(ConfigurationError, match=f"^{name}=.* is refused: "):
        scrapy_settings.check(changed)


@pytest.mark.parametrize(
    ("name", "wrong", "allowed"),
    [
        ("DOWNLOAD_DELAY", "-1", "a number from 0 on"),
        ("CONCURRENT_REQUESTS", "0", "a whole number from 1 on"),
        ("CLOSESPIDER_TIMEOUT", "soon", "a number from 0 on"),
        ("USER_AGENT", " ", "the name of your crawler"),
        ("USER_AGENT", "me\nX-Other: 1", "the name of your crawler"),
        ("LOG_LEVEL", "LOUD", "one of CRITICAL, ERROR, WARNING, INFO, DEBUG"),
    ],
)
def test_a_value_of_scrapys_settings_that_cannot_be_is_refused(name, wrong, allowed):
    with pytest.raises(ConfigurationError, match=f"^{name}={re.escape(repr(wrong))}: give {allowed}"):
        scrapy_settings.check(Settings({**project(), name: wrong}))


@pytest.mark.parametrize(
    ("name", "right"),
    [("DOWNLOAD_DELAY", "0.25"), ("DOWNLOAD_DELAY", 0), ("DOWNLOAD_TIMEOUT", 30), ("CONCURRENT_REQUESTS", "32"),
     ("CLOSESPIDER_TIMEOUT", "90.5"), ("CLOSESPIDER_PAGECOUNT", 0), ("RETRY_TIMES", 0), ("MEMUSAGE_LIMIT_MB", "512"),
     ("DOWNLOAD_MAXSIZE", 0), ("AUTOTHROTTLE_TARGET_CONCURRENCY", "0.5"), ("LOG_LEVEL", "WARN"), ("LOG_LEVEL", 10),
     ("USER_AGENT", "Мій робот/1.0 (+https://example.org; desk@example.org)")],
)  # fmt: skip
def test_a_value_that_scrapy_takes_is_taken(name, right):
    scrapy_settings.check(Settings({**project(), name: right}))


def test_the_projects_own_settings_are_not_refused():
    scrapy_settings.check(Settings({**project(), "HTTPCACHE_ENABLED": "0", "DEPTH_LIMIT": "0", "JOBDIR": ""}))


def test_pages_from_a_cache_are_allowed_where_nothing_is_written():
    scrapy_settings.check(Settings({**project(), "HTTPCACHE_ENABLED": "True", "ESPRESO_EMIT": "False"}))


@pytest.mark.parametrize("left_out", [*scrapy_settings.WRITERS])
def test_pipelines_without_those_that_write_are_refused(left_out):
    pipelines = {name: place for name, place in settings.ITEM_PIPELINES.items() if name != left_out}
    with pytest.raises(ConfigurationError, match=rf"ITEM_PIPELINES lacks {re.escape(left_out)} \(.*ESPRESO_EMIT=False"):
        scrapy_settings.check(Settings({**project(), "ITEM_PIPELINES": pipelines}))


def project() -> dict[str, Any]:
    return {name: getattr(settings, name) for name in dir(settings) if name.isupper()}


NO_SITE = "start=http://127.0.0.1:9/news"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ESPRESO_OPTOUT": "skip"}, "unknown setting ESPRESO_OPTOUT: did you mean ESPRESO_OPT_OUT?"),
        ({"ITEM_PIPELINES": '{"mine": 1}'}, "ITEM_PIPELINES lacks "),
        ({"DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter"}, "DUPEFILTER_CLASS="),
        ({"TWISTED_REACTOR": "twisted.internet.selectreactor.SelectReactor"}, "TWISTED_REACTOR="),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL='LOUD': give one of CRITICAL, "),
        ({"CONCURRENT_REQUESTS": "0"}, "CONCURRENT_REQUESTS='0': give a whole number from 1 on"),
    ],
)
def test_a_refused_crawl_leaves_nothing_behind(given, said, tmp_path: Path):
    done = Desk(tmp_path).crawl(NO_SITE, settings=given)
    assert done.exit_code == 1
    assert done.log.splitlines()[-1].startswith(f"scrapy crawl: {said}")
    assert "Traceback" not in done.log
    assert list(tmp_path.iterdir()) == []


def test_a_crawl_that_is_not_to_emit_writes_and_remembers_nothing(tmp_path: Path):
    desk = Desk(tmp_path, settings={"ESPRESO_EMIT": "False"})
    copy = tmp_path / "copy.jsonl"
    with running(small()) as demo:
        done = desk.crawl(f"start={demo.url}/news", "limit=3", extra=["-O", str(copy)])
    assert (done.exit_code, desk.records(), len(copy.read_bytes().splitlines())) == (0, [], 3)
    assert not (tmp_path / "state").exists()
    assert "WARNING: ESPRESO_EMIT=False: nothing is written and nothing remembered" in done.log


@pytest.mark.parametrize(("enabled", "asked"), [("False", 1), ("True", 3)])
def test_retries_can_be_switched_off(enabled, asked, tmp_path: Path):
    with running(small(faults=(Fault("status", path="/news", status=503),))) as demo:
        Desk(tmp_path, settings={"RETRY_ENABLED": enabled}).crawl(f"start={demo.url}/news")
        assert len(page_requests(demo)) == asked


def test_cookies_are_kept_where_they_are_enabled(tmp_path: Path):
    with cookie_wall() as (url, asked):
        Desk(tmp_path, settings={"COOKIES_ENABLED": "True"}).crawl(f"start={url}/news")
    assert asked == ["/news", "/agree", "/news with agreed=yes"]


@contextmanager
def cookie_wall() -> Iterator[tuple[str, list[str]]]:
    """Run a server that sends away, to agree to cookies, everybody who has none; yields address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cookie = self.headers["Cookie"]
            if self.path != "/robots.txt":
                asked.append(f"{self.path} with {cookie}" if cookie else self.path)
            if self.path == "/robots.txt":
                cookie = "none is needed"
            self.send_response(404 if self.path == "/robots.txt" else 200 if cookie else 302)
            if not cookie:
                self.send_header("Location", "/agree" if self.path == "/news" else "/news")
            if self.path == "/agree":
                self.send_header("Set-Cookie", "agreed=yes")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
