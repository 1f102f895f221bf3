"""Real crawls of two machines that share a ledger on a server: no host is asked by two of them at a time."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawls import Desk, ended, hold, let_go, start, stopped, wait_for_requests
from tests.postgres import schema_of, wait_for_sessions
from tests.site import DemoSite, running, small

FEED = 12
OPTIONS = small(tape_entries=FEED)


@pytest.fixture
def both() -> Iterator[tuple[DemoSite, DemoSite]]:
    with running(OPTIONS) as one, running(OPTIONS, host="127.0.0.2") as other:
        yield one, other


def machine(tmp_path: Path, name: str, ledger: str) -> Desk:
    places = {"ESPRESO_LEDGER": ledger, "ESPRESO_STATE": str(tmp_path / name), "USER_AGENT": f"{name} (tests)"}
    return Desk(tmp_path, settings={"ESPRESO_BACKOFF_SECONDS": "0"} | places)


def guests(site: DemoSite) -> list[str]:
    """Return whose requests a site got, in order, neighbours of one machine once."""
    found = [visit.user_agent.partition(" ")[0] for visit in site.control.log()]
    return [name for at, name in enumerate(found) if at == 0 or found[at - 1] != name]


def test_a_host_has_one_guest_and_gets_the_next_when_that_one_dies(
    both: tuple[DemoSite, DemoSite], tmp_path: Path, postgresql: str
) -> None:
    one, other = both
    ledger = schema_of(postgresql, "guests")
    first, second = (machine(tmp_path, name, ledger) for name in ("first", "second"))
    hold(one, after=2)
    crawl = first.start(start(one))
    wait_for_requests(one, 4, crawl)  # it is at work as long as the others need

    nothing = second.crawl(start(one))
    assert nothing.exit_code == 0, nothing.log
    line = f"Another run of this ledger asks {one.url.removeprefix('http://')} now"
    assert f"{line}: nothing is left to do" in nothing.log
    assert (first.runs()[-1]["reason"], first.runs()[-1]["verdict"]) == ("hosts_taken", "ok")

    rest = second.crawl(f"start={one.url}/news,{other.url}/news")
    assert rest.exit_code == 0, rest.log
    (told,) = [each for each in rest.log.splitlines() if line in each]
    assert told.endswith(f"{line}: left out")
    assert (guests(one), guests(other)) == (["first"], ["second"])

    assert stopped(crawl, signal.SIGKILL).exit_code == -signal.SIGKILL
    wait_for_sessions(ledger, 0)
    let_go(one)
    assert second.crawl(start(one)).exit_code == 0
    assert guests(one) == ["first", "second"]
    newest = [(site.site, site.site.newest - place) for site in both for place in range(FEED)]
    expected = sorted(str(site.truth(number).entity_id) for site, number in newest)
    assert sorted(record["entity_id"] for record in first.records()) == expected


def test_on_one_machine_it_has_to_be_asked_for(both: tuple[DemoSite, DemoSite], tmp_path: Path) -> None:
    desk = Desk(tmp_path, settings={"ESPRESO_HOST_LOCKS": "True"})
    hold(both[0], after=2)
    crawl = desk.start(start(both[0]))
    wait_for_requests(both[0], 4, crawl)
    assert "nothing is left to do" in desk.crawl(start(both[0])).log
    let_go(both[0])
    assert ended(crawl).exit_code == 0
    assert len(desk.records()) == FEED
