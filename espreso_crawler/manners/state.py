"""Hosts and how they are doing: each method is an event, what it returns is to be done, in this order."""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Generic

from espreso_crawler.manners.host import Host, R
from espreso_crawler.manners.waits import backoff


@dataclass(frozen=True, slots=True)
class Patience:
    """How long hosts are paused, and when they are given up."""

    first_pause: float
    """Seconds of the pause after a host's first failure; each further one in a row doubles it."""
    longest_pause: float
    """Seconds of the longest pause in one run; a host that asks for more is given up. For as long, other runs leave one
    alone that was given up because it failed, so that each does not find out for itself."""
    circuit: int
    """How many addresses of a host fail in a row before it is given up; 0 = never."""
    rest_of_refused: float
    """Seconds for which later runs too leave alone a host that refuses us."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Leave a host alone: call `Manners.rested` when its pause is over."""

    host: str
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take a host's requests out of the queue of those about to be sent."""

    host: str


@dataclass(frozen=True, slots=True)
class Send(Generic[R]):
    """Send requests that were waiting."""

    requests: tuple[R, ...]


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A host is given up for this run; ``asked`` are the seconds that it is left alone by later runs too."""

    host: str
    reason: str
    asked: float = 0.0


@dataclass(frozen=True, slots=True)
class Well:
    """A host that failed answers again: later runs need not leave it alone."""

    host: str


Action = Rest | TakeBack | Send[R] | GiveUp | Well
Actions = list[Action[R]]


class Manners(Generic[R]):
    """Pauses hosts that ask for it or fail, and gives up those that go on failing: the circuit opens.

    Requests to a paused host wait. After a pause the probe, one request, goes first; a good answer lets the others go.
    """

    def __init__(self, patience: Patience, now: Callable[[], float] = monotonic) -> None:
        self.patience = patience
        self._now = now
        self._hosts: dict[str, Host[R]] = {}

    @property
    def hosts(self) -> Collection[Host[R]]:
        """Every host that this run has met."""
        return self._hosts.values()

    def known(self, name: str) -> Host[R] | None:
        """Return a host that this run has met; None for any other."""
        return self._hosts.get(name)

    def met(self, name: str) -> Host[R]:
        """Note that the run has met a new host; returns it."""
        self._hosts[name] = host = Host[R](name, self._now)
        return host

    def left_alone(self, host: Host[R], seconds: float, reason: str) -> Actions[R]:
        """Note that the host told an earlier run to leave it alone for this many more seconds."""
        host.closed_until = self._now() + seconds
        return self._closed(host, GiveUp(host.name, reason))

    def answered(self, host: Host[R], *, is_page: bool) -> Actions[R]:
        """Note a good answer. It ends a row of failures, but not a pause."""
        host.has_answered |= is_page
        if not host.failures or host.left > 0 or host.closed is not None:
            return []
        host.failures, host.probe = 0, None
        host.failing.clear()
        return [Well(host.name), *_all_aside(host)]

    def failed(self, host: Host[R], url: str, reason: str, asked: float = 0.0, *, is_refusal: bool) -> Actions[R]:
        """Note a failure: the host is paused, or given up after too many of them.

        ``asked`` is how many seconds of pause the host asked for. ``is_refusal`` says that it does not want to
        answer; otherwise it cannot.
        """
        if host.closed:
            return []
        pause, patience = asked, self.patience
        if host.left == 0:  # what was under way when the pause began is no further failure
            host.failures, host.probe = host.failures + 1, None
            host.failing.add(url)
            pause = max(asked, backoff(host.failures, patience.first_pause, patience.longest_pause))
        if asked > patience.longest_pause:
            return self.given_up(host, f"{reason}, and it asks to be left alone for {asked:.0f} s", asked)
        if patience.circuit and len(host.failing) >= patience.circuit:
            rest = max(asked, patience.rest_of_refused if is_refusal else patience.longest_pause)
            return self.given_up(
                host, f"{len(host.failing)} addresses failed in a row, the last one with {reason}", rest
            )
        return self._paused(host, pause, reason)

    def undecided(self, host: Host[R], request: R) -> Actions[R]:
        """Note a request whose end says nothing about the host: if it was the probe, the next one becomes it."""
        return self._probe_sent(host) if host.probe is request else []

    def given_up(self, host: Host[R], reason: str, seconds: float = 0.0) -> Actions[R]:
        """Ask the host for nothing more in this run, nor in later runs for this many seconds."""
        if host.closed:
            return []
        if seconds:
            host.closed_until = self._now() + seconds
        return self._closed(host, GiveUp(host.name, reason, seconds))

    def rules_asked(self, host: Host[R]) -> bool:
        """Note that robots.txt is needed: other requests wait. Returns whether this is the first to ask for it."""
        is_first, host.is_asked_for_rules = not host.is_asked_for_rules, True
        return is_first

    def rules_came(self, host: Host[R]) -> Actions[R]:
        """Note that robots.txt was read, or cannot be read."""
        host.is_asked_for_rules = False
        return [] if host.holds else _all_aside(host)

    def may_go(self, host: Host[R], request: R) -> bool:
        """Return whether a request may go now; the first one after a pause becomes the probe."""
        if host.failures and host.closed is None and not host.holds:
            host.probe = request
        return not host.holds or host.probe is request

    def rested(self, host: Host[R]) -> Actions[R]:
        """Check whether the pause is over: timers come early, and a longer pause may have begun."""
        return self._probe_sent(host) if host.closed is None and host.left == 0 and host.probe is None else []

    def idle(self) -> Actions[R]:
        """Note that no request is under way: a probe that has not come back is lost, so the next one goes."""
        waiting = [host for host in self._hosts.values() if host.parked and host.closed is None and host.left == 0]
        return [action for host in waiting for action in self._probe_sent(host)]

    @property
    def is_awaited(self) -> bool:
        """Whether any request is waiting."""
        return any(host.parked for host in self._hosts.values())

    def are_given_up(self, names: Iterable[str]) -> bool:
        """Return whether all of these hosts are given up."""
        return all(name in self._hosts and self._hosts[name].closed for name in names)

    def _paused(self, host: Host[R], seconds: float, reason: str) -> Actions[R]:
        # What is queued would be sent as soon as there is room.
        if host.left >= seconds:
            return [TakeBack(host.name)]
        host.resumes_at, host.reason = self._now() + seconds, reason
        return [Rest(host.name, seconds, reason), TakeBack(host.name)]

    def _probe_sent(self, host: Host[R]) -> Actions[R]:
        host.probe = host.parked.popleft() if host.parked else None
        return [] if host.probe is None else [Send((host.probe,))]

    def _closed(self, host: Host[R], told: GiveUp) -> Actions[R]:
        host.closed, host.probe, host.resumes_at = told.reason, None, 0.0
        return [told, TakeBack(host.name), *_all_aside(host)]


def _all_aside(host: Host[R]) -> Actions[R]:
    parked, host.parked = tuple(host.parked), deque()
    return [Send(parked)] if parked else []
