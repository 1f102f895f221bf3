"""The state machine of manners, without Scrapy: requests are words, and the clock is set by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espreso_crawler.manners.answers import rules
from espreso_crawler.manners.host import Host
from espreso_crawler.manners.state import Action, GiveUp, Manners, Patience, Rest, Send, TakeBack, Well

PATIENCE = Patience(first_pause=2.0, longest_pause=60.0, circuit=3, rest_of_refused=120.0)


class Clock:
    """Seconds, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def manners(clock: Clock) -> Manners[str]:
    return Manners[str](PATIENCE, clock)


@pytest.fixture
def host(manners: Manners[str]) -> Host[str]:
    return manners.met("espreso.tv")


def test_a_failure_pauses_the_host_and_one_request_looks_whether_it_is_well(
    manners: Manners[str], host: Host[str], clock: Clock
):
    rest, take_back = manners.failed(host, "/a", "HTTP 503", is_refusal=False)
    assert isinstance(rest, Rest)
    assert 1.0 <= rest.seconds <= 3.0
    assert take_back == TakeBack("espreso.tv")
    for request in ("one", "two"):
        assert not manners.may_go(host, request)
        host.parked.append(request)
    assert manners.rested(host) == []  # a timer that comes early
    clock.seconds += rest.seconds
    assert manners.rested(host) == [Send(("one",))]
    assert manners.may_go(host, "one")
    assert not manners.may_go(host, "three")
    assert manners.answered(host, is_page=True) == [Well("espreso.tv"), Send(("two",))]
    assert manners.may_go(host, "three")


def test_what_was_under_way_when_a_pause_began_is_no_further_failure(manners: Manners[str], host: Host[str]):
    for path in ("/a", "/b", "/c", "/d"):
        manners.failed(host, path, "HTTP 500", is_refusal=False)
    assert (host.failures, host.closed) == (1, None)


def test_a_rest_that_it_asks_for_is_kept_and_no_good_answer_ends_it(
    manners: Manners[str], host: Host[str], clock: Clock
):
    (rest, _) = manners.failed(host, "/a", "HTTP 429", 30.0, is_refusal=True)
    assert isinstance(rest, Rest)
    assert rest.seconds == 30.0
    assert manners.answered(host, is_page=True) == []
    assert not manners.may_go(host, "one")
    clock.seconds += 29.0
    assert not manners.may_go(host, "one")


def test_addresses_that_fail_in_a_row_open_the_circuit(manners: Manners[str], host: Host[str], clock: Clock):
    host.parked.append("waiting")
    done: list[Action[str]] = []
    for path in ("/a", "/a", "/b", "/c"):
        done = manners.failed(host, path, "HTTP 500", is_refusal=True)
        clock.seconds += 100.0
    reason = "3 addresses failed in a row, the last one with HTTP 500"
    assert done == [GiveUp("espreso.tv", reason, 120.0), TakeBack("espreso.tv"), Send(("waiting",))]
    assert manners.are_given_up(["espreso.tv"])
    assert not manners.are_given_up(["espreso.tv", "zahid.espreso.tv"])
    assert manners.failed(host, "/d", "HTTP 500", is_refusal=False) == []


def test_a_host_that_cannot_answer_is_left_alone_by_later_runs_for_the_longest_pause(
    manners: Manners[str], host: Host[str], clock: Clock
):
    done: list[Action[str]] = []
    for path in ("/a", "/b", "/c"):
        done = manners.failed(host, path, "no answer", is_refusal=False)
        clock.seconds += 100.0
    assert done[0] == GiveUp("espreso.tv", "3 addresses failed in a row, the last one with no answer", 60.0)


def test_a_host_that_asks_for_more_than_patience_is_given_up(manners: Manners[str], host: Host[str]):
    told = manners.failed(host, "/a", "HTTP 503", 3600.0, is_refusal=False)[0]
    assert told == GiveUp("espreso.tv", "HTTP 503, and it asks to be left alone for 3600 s", 3600.0)
    assert host.rest == 3600.0


def test_a_host_that_earlier_runs_were_told_to_leave_alone_is_closed_and_nothing_is_remembered_again(
    manners: Manners[str], host: Host[str]
):
    assert manners.left_alone(host, 50.0, "busy")[0] == GiveUp("espreso.tv", "busy")
    assert host.rest == 50.0


def test_all_stands_aside_while_robots_txt_is_asked_for(manners: Manners[str], host: Host[str]):
    assert manners.rules_asked(host)
    assert not manners.rules_asked(host)
    assert not manners.may_go(host, "one")
    host.parked.append("one")
    assert manners.rules_came(host) == [Send(("one",))]


def test_a_probe_that_got_lost_is_followed_by_the_next(manners: Manners[str], host: Host[str], clock: Clock):
    manners.failed(host, "/a", "timeout", is_refusal=False)
    host.parked += ["one", "two"]
    clock.seconds += 100.0
    assert manners.rested(host) == [Send(("one",))]
    assert manners.rested(host) == []
    assert manners.idle() == [Send(("two",))]
    assert not manners.is_awaited


EVENTS = st.lists(st.sampled_from(["fail", "good", "wait", "ask", "rested", "idle", "undecided"]), max_size=60)


@given(EVENTS)
def test_whatever_happens_no_request_is_lost_and_none_is_sent_into_a_pause(events: list[str]):
    clock = Clock()
    manners = Manners[str](Patience(2.0, 60.0, 0, 0.0), clock)
    host = manners.met("espreso.tv")
    asked, gone = 0, 0
    for number, event in enumerate(events):
        done: list[Action[str]] = []
        match event:
            case "fail":
                done = manners.failed(host, f"/{number}", "HTTP 500", is_refusal=False)
            case "good":
                done = manners.answered(host, is_page=True)
            case "wait":
                clock.seconds += 7.0
            case "ask":
                asked += 1
                if manners.may_go(host, f"r{number}"):
                    gone += 1
                else:
                    host.parked.append(f"r{number}")
            case "rested":
                done = manners.rested(host)
            case "idle":
                done = manners.idle()
            case "undecided":
                done = manners.undecided(host, host.probe or "")
        sent = [request for action in done if isinstance(action, Send) for request in action.requests]
        assert not (sent and host.left > 0)
        gone += len(sent)
        assert asked == gone + len(host.parked)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(503, b"", "HTTP 503"), (429, b"", "HTTP 429"), (200, b" <html>", "an HTML page"), (301, b"", "HTTP 301")],
)
def test_rules_that_cannot_be_read_are_none(status: int, body: bytes, why: str):
    with pytest.raises(ValueError, match=why):
        rules(status, body)
