"""Faults over real HTTP: each kind does what it says, hits what it should, and the same again next time."""

import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest

from tests.site import DemoSite, Fault, SiteOptions, running
from tests.site.faults import FaultPlan
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(scope="module")
def shared() -> Iterator[DemoSite]:
    with running(SiteOptions(language="uk")) as site:
        yield site


@pytest.fixture
def demo(shared: DemoSite) -> DemoSite:
    shared.control.reset()
    return shared


def get(demo: DemoSite, target: str = "/news") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=PATIENCE)
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_a_status_with_retry_after_in_seconds_or_as_a_date(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("status", status=429, retry_after=7))
    answer, _ = get(demo)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    demo.control.set_faults(Fault("status", status=503, retry_after=60, is_date=True))
    before = datetime.now(UTC)
    answer, _ = get(demo)
    asked = parsedate_to_datetime(answer.headers["Retry-After"]) - timedelta(seconds=60)
    assert before <= asked <= datetime.now(UTC) + timedelta(seconds=1), "whole seconds, never too few of them"


def test_a_hanging_request_gets_nothing(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("hang", seconds=0.2))
    with pytest.raises(http.client.RemoteDisconnected):
        get(demo)


def test_a_reset_breaks_the_connection(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("reset"))
    with pytest.raises(ConnectionResetError):
        get(demo)


@pytest.mark.parametrize("kind", ["short", "chunked_cut"])
def test_a_cut_body_is_an_incomplete_read(demo: DemoSite, kind: str) -> None:
    demo.control.set_faults(Fault(kind))  # type: ignore[arg-type]  # the parameters above
    with pytest.raises(http.client.IncompleteRead):
        get(demo)


def test_a_cut_page_is_a_complete_answer_without_its_end(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("cut"))
    answer, body = get(demo)
    assert answer.status == 200
    assert len(body) == int(answer.headers["Content-Length"]) > 10_000
    assert b"</html>" not in body


def test_bodies_that_are_no_page(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("empty", "/empty"), Fault("nonsense", "/nonsense"), Fault("error_page", "/error"))
    answer, body = get(demo, "/empty")
    assert (answer.status, body) == (200, b"")
    answer, body = get(demo, "/nonsense")
    assert (answer.status, len(body)) == (200, 5_000_000)
    answer, body = get(demo, "/error")
    assert answer.status == 200
    assert b"Something went wrong" in body


def test_charset_faults(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("wrong_charset", "/news"), Fault("wrong_bytes", "/svit"))
    answer, body = get(demo, "/news")
    assert answer.headers.get_content_charset() == "windows-1251"
    assert "Новини" in body.decode("utf-8")
    answer, body = get(demo, "/svit")
    assert answer.headers.get_content_charset() == "utf-8"
    assert "Новини" in body.decode("windows-1251")


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_with_any_status(demo: DemoSite, status: int) -> None:
    demo.control.set_faults(Fault("challenge", status=status))
    answer, body = get(demo)
    assert (answer.status, answer.headers["cf-mitigated"]) == (status, "challenge")
    assert b"Just a moment" in body


def test_redirects_elsewhere_and_in_a_loop(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("redirect", "/a", location="http://127.0.0.3:1/b"), Fault("redirect_loop", "/loop"))
    assert get(demo, "/a")[0].headers["Location"] == "http://127.0.0.3:1/b"
    answer, _ = get(demo, "/loop")
    assert (answer.status, answer.headers["Location"]) == (302, "/loop")


def test_slow_bytes_and_delays_arrive_whole(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("slow", "/robots.txt", seconds=0.05, size=20), Fault("delay", "/rss", seconds=0.2))
    start = time.monotonic()
    answer, body = get(demo, "/robots.txt")
    assert len(body) == int(answer.headers["Content-Length"])
    assert time.monotonic() - start > 0.1
    start = time.monotonic()
    assert get(demo, "/rss")[0].status == 200
    assert time.monotonic() - start > 0.2


def test_a_fault_hits_only_its_paths_and_only_so_often(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("status", "/news?page=*", after=1, times=2))
    assert [get(demo, f"/news?page={page}")[0].status for page in range(1, 6)] == [200, 503, 503, 200, 200]
    assert get(demo, "/rss")[0].status == 200


def test_a_connection_lives_on_after_an_error(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("status", "/news"))
    connection = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=PATIENCE)
    for target, status in (("/news", 503), ("/rss", 200)):
        connection.request("GET", target)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_a_client_that_leaves_while_an_answer_waits_does_no_harm(demo: DemoSite) -> None:
    demo.control.set_faults(Fault("delay", "/rss", seconds=0.1))
    address = urlsplit(demo.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as raw:
        raw.sendall(b"GET /rss HTTP/1.1\r\nHost: x\r\n\r\n")

    def is_alone() -> bool:
        get(demo, "/news")
        return demo.control.log()[-1].in_flight == 1

    wait_until(is_alone, "the end of the answer that nobody waits for")


def test_an_answer_that_is_held_comes_with_the_next_faults_and_whole(demo: DemoSite) -> None:
    whole = get(demo, "/rss")[1]
    demo.control.clear_log()
    demo.control.set_faults(Fault("hold", "/rss", after=1))
    assert get(demo, "/rss")[1] == whole
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(get, demo, "/rss")
        wait_until(lambda: [visit.target for visit in demo.control.log()].count("/rss") == 2, "the request")
        assert get(demo, "/news")[0].status == 200
        assert not held.done()
        demo.control.set_faults()
        assert held.result()[1] == whole


def test_chance_depends_on_the_request_and_not_on_the_order() -> None:
    targets = [f"/news?page={page}" for page in range(400)]
    faults = [Fault("status", probability=0.25)]
    plan, same = FaultPlan(1, faults), FaultPlan(1, faults)
    forward = {target: bool(plan.hit(target)) for target in targets}
    backward = {target: bool(same.hit(target)) for target in reversed(targets)}
    assert forward == backward
    assert 60 < sum(forward.values()) < 140
    assert any(bool(plan.hit(target)) != hit for target, hit in forward.items())
    plan.replace(faults)
    assert any(bool(plan.hit(target)) != hit for target, hit in forward.items()), "other luck each time"
