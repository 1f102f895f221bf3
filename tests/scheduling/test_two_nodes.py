"""Two Scrapyds with one ledger and one bucket: a node dies while it crawls, and the other one finishes."""

import json
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from threading import Event, Thread

from espreso_crawler.scheduling.kind import Kind
from espreso_crawler.scheduling.node import STATES
from espreso_crawler.scheduling.scrapyd import ScrapydJobs
from espreso_crawler.scheduling.targets import Target
from tests import forked
from tests.crawls import NO_WAITING, hold, let_go
from tests.postgres import schema_of
from tests.scrapyd_server import PASSWORD, USER, Scrapyd, running_installed
from tests.site import FEED, DemoSite, running, small
from tests.waiting import wait_until

LONG = timedelta(minutes=10)
HOSTS = [f"127.0.1.{number}" for number in (1, 2, 3, 4)]
NODES = ("127.0.0.1", "127.0.0.2")
FIRST = 8
"""Articles that a crawl gets before its node dies."""


def test_a_node_that_dies_is_replaced_by_the_other_and_no_host_has_two_guests(
    tmp_path: Path, postgresql: str, bucket: str
):
    with ExitStack() as stack:
        shared = {"ESPRESO_LEDGER": schema_of(postgresql, "two_nodes"), "ESPRESO_OUTPUT": bucket}
        sites = [stack.enter_context(running(small(), host=host)) for host in HOSTS]
        for site in sites:
            hold(site, after=FIRST)
        nodes = []
        for host in NODES:
            own = {"ESPRESO_CONTACT": f"desk@{host}", "ESPRESO_STATE": str(tmp_path / host / "state")}
            nodes.append(stack.enter_context(running_installed(tmp_path / host, host, shared | own)))
        targets = [Target(node.url, username=USER, password=PASSWORD) for node in nodes]
        stop = Event()
        stack.callback(stop.set)
        kinds = [Kind("read_also", {"start": f"{site.url}/news"}, NO_WAITING) for site in sites]
        polls = [
            Thread(target=ScrapydJobs(kind, targets, LONG, LONG).poll, args=(stop,), daemon=True) for kind in kinds
        ]
        for number, poll in enumerate(polls, start=1):
            poll.start()
            wait_until(partial(has_jobs, nodes, number), "its job")
        wait_until(lambda: [len(node.jobs("running")) for node in nodes] == [2, 2], "two jobs for each node")
        wait_until(lambda: len(crawled_by(NODES[0], sites)) == 2, "two crawls of the first node")
        nodes[0].die()
        for site in sites:
            let_go(site)
        for poll in polls:
            poll.join(LONG.total_seconds())
            assert not poll.is_alive()
        given = [f"-s{name}={value}" for name, value in shared.items()] + [f"-sESPRESO_STATE={tmp_path / 'state'}"]
        lines = forked.command("ledger", "tail", *given).stdout.splitlines()
        agreement = forked.command("ledger", "reconcile", *given)
        guests = Counter(tuple(agent for agent, _ in groupby(agents(site))) for site in sites)
    assert agreement.returncode == 0, agreement.stdout
    ids = Counter(json.loads(line)["id"] for line in lines)
    assert len(ids) == FEED * len(HOSTS)
    assert set(ids.values()) == {1}
    first, second = (f"desk@{host}" for host in NODES)
    assert guests == {(first, second): 2, (second,): 2}  # the dead node's hosts got another guest, after it


def has_jobs(nodes: list[Scrapyd], count: int) -> bool:
    return sum(len(node.jobs(state)) for node in nodes for state in STATES) == count


def crawled_by(host: str, sites: list[DemoSite]) -> list[DemoSite]:
    return [site for site in sites if agents(site)[5:] and agents(site)[0] == f"desk@{host}"]


def agents(site: DemoSite) -> list[str]:
    """Return whose crawl asked, request by request."""
    return [visit.user_agent.partition("+")[2].rstrip(")") for visit in site.control.log()]
