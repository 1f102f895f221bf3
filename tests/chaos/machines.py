"""Three machines that share a ledger on a server, each with a site of its own: crawls, server and network are killed."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from espreso_crawler.ledger import crash
from tests.chaos.children import PAUSE, Child, ended
from tests.chaos.newsroom import Newsroom
from tests.chaos.places import Places
from tests.chaos.rounds import ENDS, HALF, KILLED, MOST_NEWS, STEPS, Chaos
from tests.postgres import Server, a_server, socket_of, through
from tests.proxy import Proxy, between
from tests.site import DemoSite, SiteOptions, running_apart

MACHINES = 3
SURVIVES = ("fsync=off", "max_connections=50")
"""Of a server that dies by SIGKILL: the kernel keeps what was written, the server has to have written it."""
STEPS_OF_MACHINES = tuple(step for step in STEPS if step not in crash.RELEASING_STEPS and "quarantine:" not in step)
SERVER = "killed: PostgreSQL with all its processes"
NETWORK = "cut: the network of a machine, for longer than its locks lived"
SERVER_DIES = 0.15
NETWORK_BREAKS = 0.25
FIRST = (0.0, SERVER_DIES)
"""What is drawn in the first rounds, so that each happens: first the server, then the network."""
SOON = (0.0, 0.3)
"""Seconds for which a crawl is at work before server or network are hit."""
LOST = 4
"""Exit code of a crawl whose session was lost."""


class Machines:
    """Three series of crawls at once."""

    def __init__(
        self,
        demos: Sequence[DemoSite],
        server: Server,
        links: Sequence[Proxy],
        home: Path,
        seed: int,
        *,
        is_quick: bool,
    ) -> None:
        self.kills = Counter[str]()
        self.stopped_seconds = self.decisions = 0
        self.late = Counter[int]()
        """Exit codes of crawls whose packets came after another machine had taken their work over."""
        self._server, self._links, self._chance = server, links, Random(seed)
        self._all = list[Chaos]()
        for number, (demo, link) in enumerate(zip(demos, links, strict=True), start=1):
            logs = home / f"machine {number}"
            logs.mkdir(parents=True)
            address = through(f"{server.address}&application_name={_name(number)}", link.port)
            places = Places(home / "output", home / f"state {number}", address)
            newsroom = Newsroom(demo.control, Random(seed + number), demo.site.newest, is_quick=is_quick)
            self._all.append(
                Chaos(demo, newsroom, logs, places, self._chance, steps=STEPS_OF_MACHINES, kills=self.kills)
            )

    @property
    def kinds(self) -> dict[str, str]:
        """Ways to die, and what they are called."""
        return self._all[0].kinds | {kind: kind for kind in (SERVER, NETWORK)}

    @property
    def others(self) -> dict[str, int]:
        """More to tell of crawls: what, and how many."""
        return {f"whose packets came late, exit code {code}": count for code, count in sorted(self.late.items())}

    @property
    def demos(self) -> list[DemoSite]:
        """The sites."""
        return [each.demo for each in self._all]

    @property
    def places(self) -> Places:
        """Those of one machine."""
        return self._all[0].places

    @property
    def crawls(self) -> int:
        """How many were started."""
        return sum(each.crawls for each in self._all)

    @property
    def strange_ends(self) -> list[str]:
        """Crawls that ended otherwise than they may."""
        return [end for each in self._all for end in each.strange_ends]

    def run(self, kills: int) -> None:
        """Kill so many crawls, servers and links."""
        for each in self._all:
            each.begin()
        rounds = 0
        while rounds < len(FIRST) or (self.kills.total() < kills and rounds < 3 * kills):
            self._round(rounds)
            rounds += 1
        for each in self._all:
            each.demo.control.set_faults()

    def settle(self) -> None:
        """Crawl undisturbed until nothing is left to do."""
        for each in self._all:
            each.settle()

    def _round(self, number: int) -> None:
        is_first = number < len(FIRST)
        draw = FIRST[number] if is_first else self._chance.random()
        is_hit = draw < SERVER_DIES + NETWORK_BREAKS
        crawls = dict[Chaos, list[Child]]()
        for each in self._all:
            each.newsroom.work()
            each.demo.control.clear_log()
            is_doomed = not is_first and not (is_hit and self._chance.random() < HALF)
            if is_first:
                each.hold()
            crawls[each] = each.begun(each.next_step()) if is_doomed else [each.start(is_patient=is_first)]
        if draw < SERVER_DIES:
            self._kill_server(crawls)
        elif is_hit:
            self._break_network(crawls)
        self._watch(crawls)
        for each, children in crawls.items():
            each.calm()
            for child in children:
                each.note(child)

    def _kill_server(self, crawls: dict[Chaos, list[Child]]) -> None:
        """Kill the server while crawls are at work, and start it once more when they have ended."""
        self._under_way(crawls)
        self.kills[SERVER] += 1
        self._server.kill()
        for each in crawls:
            each.calm()
        self._watch(crawls)
        self._server.start()
        for each, children in crawls.items():
            _note_lost(each, children)

    def _break_network(self, crawls: dict[Chaos, list[Child]]) -> None:
        """Keep a machine's packets until the server has ended its sessions and another machine has done its work."""
        victim = self._under_way(crawls)
        number = self._all.index(victim)
        link, other = self._links[number], self._all[number - 1].places
        link.hold()
        cut_off = [child for child in crawls[victim] if not child.is_over()]
        for each in crawls:
            each.calm()
        self._end_sessions(number + 1)
        takes_over = victim.start(places=other)
        self._watch({**crawls, victim: [takes_over]})
        victim.note(takes_over)
        link.let_go()
        self.kills[NETWORK] += any(child.code != KILLED for child in ended(cut_off))
        self.late.update(child.code or 0 for child in cut_off)
        _note_lost(victim, crawls[victim])

    def _under_way(self, crawls: dict[Chaos, list[Child]]) -> Chaos:
        """Wait until a machine's crawl is at work, and return that machine."""
        while True:
            for each, children in crawls.items():
                if each.demo.control.log() and not all(child.is_over() for child in children):
                    self._watch(crawls, self._chance.uniform(*SOON))
                    return each
            if all(child.is_over() for children in crawls.values() for child in children):
                return self._all[0]
            time.sleep(PAUSE)

    def _end_sessions(self, number: int) -> None:
        """Let the server end a machine's sessions, as it does when probes of the link were not answered."""
        import psycopg  # noqa: PLC0415  # there is no server without it

        with psycopg.connect(self._server.address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = %s",
                (_name(number),),
            )

    def _watch(self, crawls: dict[Chaos, list[Child]], seconds: float = float("inf")) -> None:
        """Wait for the ends of all crawls, at most so long, while the newsrooms work on."""
        until, news = time.monotonic() + seconds, MACHINES * MOST_NEWS
        while time.monotonic() < until and not all([c.is_over() for each in crawls.values() for c in each]):  # noqa: C419
            for each in crawls:
                if news and self._chance.random() < HALF / MACHINES:
                    each.newsroom.act()
                    news -= 1
            time.sleep(PAUSE)


@contextmanager
def machines(options: SiteOptions, home: Path, seed: int, *, is_quick: bool) -> Iterator[Machines]:
    """Start a server, three links to it and three sites."""
    with ExitStack() as running:
        server = running.enter_context(a_server(*SURVIVES))
        links = [running.enter_context(between(socket_of(server.address))) for _ in range(MACHINES)]
        hosts = [f"127.0.0.{number}" for number in range(1, MACHINES + 1)]
        demos = [running.enter_context(running_apart(options, host=host)) for host in hosts]
        yield Machines(demos, server, links, home, seed, is_quick=is_quick)


def _name(number: int) -> str:
    return f"machine{number}"


def _note_lost(chaos: Chaos, children: list[Child]) -> None:
    """Count kills of crawls that may have lost their session, and forget them."""
    for child in children:
        chaos.note(child, (*ENDS, LOST))
    children.clear()
