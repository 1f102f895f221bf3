"""What is known of one host in one run: whether it answers, how it fails, until when it is left alone."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

R = TypeVar("R")
"""The type of a request: anything that the caller uses for one."""


@dataclass(slots=True)
class Host(Generic[R]):
    """What one run knows of one host; times are seconds on the clock `now`."""

    name: str
    """Host and explicit port."""
    now: Callable[[], float]
    """A clock in seconds that is never set back."""
    has_answered: bool = False
    """Whether the host gave a page in this run: then a failure may be the page's own."""
    failures: int = 0
    """How many failures came in a row."""
    failing: set[str] = field(default_factory=set)
    """Addresses that failed since the last good answer."""
    resumes_at: float = 0.0
    """When the pause ends."""
    reason: str = ""
    """Why the host is paused."""
    closed: str | None = None
    """Why the host is given up for this run; None when it is not."""
    closed_until: float = 0.0
    """Until when the host asked to be left alone, also by later runs; 0 when it did not say."""
    parked: deque[R] = field(default_factory=deque)
    """Requests that wait for the end of the pause."""
    is_asked_for_rules: bool = False
    """Whether its robots.txt is requested and has not come yet."""
    probe: R | None = None
    """The one request that tests whether a host answers again after a pause."""

    @property
    def left(self) -> float:
        """Seconds left of the pause."""
        return max(self.resumes_at - self.now(), 0.0)

    @property
    def rest(self) -> float:
        """Seconds that the host wants to be left alone, in this run or beyond it."""
        return max(self.left, self.closed_until - self.now(), 0.0)

    @property
    def holds(self) -> bool:
        """Whether requests to the host have to wait now."""
        return self.closed is None and (self.left > 0 or self.probe is not None or self.is_asked_for_rules)
