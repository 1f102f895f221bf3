"""The server and its control addresses: threads, processes, keep-alive, the request log."""

import http.client
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
import pytest

from tests.site import DemoSite, Fault, SiteOptions, running, running_apart
from tests.site.options import options_from
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoSite]:
    with running() as site:
        yield site


def fetch(url: str, target: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    connection.request(method, target, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_urls_in_pages_follow_the_host_header(demo: DemoSite) -> None:
    _, body = fetch(demo.url, "/news", Host="news.test:81")
    assert b"http://news.test:81/news?page=2" in body
    assert demo.url.encode() not in body


def test_the_log_has_every_request_but_those_of_control(demo: DemoSite) -> None:
    demo.control.clear_log()
    fetch(demo.url, "/news?page=2", **{"User-Agent": "one"})
    fetch(demo.url, "/nothing", **{"User-Agent": "two"})
    demo.control.state()
    log = demo.control.log()
    assert [(visit.target, visit.status, visit.user_agent) for visit in log] == [
        ("/news?page=2", 200, "one"),
        ("/nothing", 404, "two"),
    ]
    assert log[0].seconds <= log[1].seconds
    assert log[0].method == "GET"


def test_control_moves_the_clock_and_truth_follows(demo: DemoSite) -> None:
    demo.control.reset()
    newest = demo.control.state()["newest"]
    assert demo.control.publish(5)["newest"] >= newest + 5
    assert demo.control.set_clock(demo.site.options.now + timedelta(days=1))["now"] == "2026-03-03T12:00:00+02:00"
    assert demo.control.advance(-24 * 60)["newest"] == newest
    truth = demo.control.truth(newest)
    assert truth == orjson.loads(orjson.dumps(asdict(demo.site.truth(newest, demo.url))))


def test_control_edits_articles(demo: DemoSite) -> None:
    demo.control.reset()
    number = demo.site.newest
    demo.control.update(number, "headline", silent=True)
    demo.control.remove(number - 1, 410)
    now = demo.site.clock.now()
    last = demo.control.published(now - timedelta(hours=6), now)[-2:]
    assert [(row["revisions"], row["removed_with"]) for row in last] == [(1, 410), (2, None)]
    assert datetime.fromisoformat(last[1]["date_published"]) == demo.site.truth(number).date_published
    assert fetch(demo.url, urlsplit(last[0]["url"]).path)[0].status == 410
    demo.control.reset()
    assert demo.control.truth(number)["revisions"] == 1


def test_control_switches_layout_robots_and_faults(demo: DemoSite) -> None:
    demo.control.reset()
    demo.control.set_layout("no_feed")
    demo.control.set_robots("disallow", ["/news"])
    state = demo.control.set_faults(Fault("status", "/rss"))
    assert (state["layout"], state["robots"], state["faults"]) == ("no_feed", "disallow", 1)
    assert fetch(demo.url, "/rss")[0].status == 503
    assert b"Disallow: /news" in fetch(demo.url, "/robots.txt")[1]
    demo.control.reset()
    assert fetch(demo.url, "/rss")[0].status == 200


def test_control_says_what_is_wrong(demo: DemoSite) -> None:
    with pytest.raises(ValueError, match="not published"):
        demo.control.update(10**9)
    with pytest.raises(ValueError, match="unknown"):
        demo.control.post("nonsense", {})
    with pytest.raises(ValueError, match="unknown layout"):
        demo.control.post("layout", {"layout": "rococo"})
    with pytest.raises(ValueError, match="unknown fault"):
        demo.control.post("faults", {"faults": [{"kind": "earthquake"}]})
    with pytest.raises(ValueError, match="unknown update"):
        demo.control.post("update", {"number": 1, "kind": "rumour"})
    with pytest.raises(ValueError, match="unexpected keyword"):
        demo.control.post("faults", {"faults": [{"kind": "status", "colour": "red"}]})


def test_head_and_pipelined_requests(demo: DemoSite) -> None:
    answer, body = fetch(demo.url, "/news", "HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 50_000
    address = urlsplit(demo.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=PATIENCE) as raw:
        one = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
        raw.sendall(one + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b"".join(iter(lambda: raw.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 2


def test_gzip_only_when_the_site_has_it_and_the_client_takes_it() -> None:
    with running(SiteOptions(is_compressed=True)) as demo:
        plain, body = fetch(demo.url, "/news")
        packed, short = fetch(demo.url, "/news", **{"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(short) < len(body) / 2


def test_latency_delays_pages_but_not_control() -> None:
    with running(SiteOptions(latency=10 * PATIENCE)) as demo:
        assert demo.control.state()["latency"] == 10 * PATIENCE
    with running(SiteOptions(latency=0.3)) as demo:
        start = time.monotonic()
        fetch(demo.url, "/robots.txt")
        assert time.monotonic() - start > 0.3


def test_a_running_clock_publishes_by_itself() -> None:
    with running(SiteOptions(clock_rate=36_000)) as demo:
        before = demo.control.state()
        time.sleep(0.3)
        after = demo.control.state()
    assert after["newest"] > before["newest"]


def test_editions_run_side_by_side() -> None:
    with running() as english, running(SiteOptions(language="uk"), host="127.0.0.2") as ukrainian:
        assert "More news" in fetch(english.url, "/")[1].decode()
        assert "Більше новин" in fetch(ukrainian.url, "/")[1].decode()


def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="loopback"), running(host="0.0.0.0"):  # noqa: S104  # that is the point
        pass


def test_a_process_of_its_own_serves_the_same_site(demo: DemoSite) -> None:
    options = SiteOptions(language="uk", per_day=20, faults=(Fault("status", "/rss"),))
    with running_apart(options) as apart:
        number = apart.site.newest
        assert apart.control.truth(number)["headline"] == apart.site.truth(number).headline
        assert fetch(apart.url, "/rss")[0].status == 503


def test_options_travel_as_json() -> None:
    options = SiteOptions(language="uk", per_day=3, faults=(Fault("hang", seconds=1),), disallow=("/x",))
    assert options_from(orjson.loads(orjson.dumps(asdict(options)))) == options
