"""What is known of one host in one run: whether it answers, how it fails, until when it is left alone."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

R = TypeVar("R")
"""Whatever stands for a request."""


@dataclass(slots=True)
class Host(Generic[R]):
    """One host in this run."""

    name: str
    """Host and explicit port."""
    now: Callable[[], float]
    """A clock in seconds that is never set back."""
    has_answered: bool = False
    """Whether it gave a page in this run: then a failure may be the page's own."""
    failures: int = 0
    """In a row."""
    failing: set[str] = field(default_factory=set)
    """Addresses that failed since the last good answer."""
    resumes_at: float = 0.0
    """End of its pause, by `now`."""
    reason: str = ""
    """Of its pause."""
    closed: str | None = None
    """Why it is given up for this run."""
    closed_until: float = 0.0
    """Until when, by `now`, as far as the host said."""
    parked: deque[R] = field(default_factory=deque)
    """Requests that wait for the end of the pause."""
    is_asked_for_rules: bool = False
    """Whether its robots.txt is under way."""
    probe: R | None = None
    """The one request that asks whether a failing host is well again."""

    @property
    def left(self) -> float:
        """Seconds left of its pause."""
        return max(self.resumes_at - self.now(), 0.0)

    @property
    def rest(self) -> float:
        """Seconds that the host wants to be left alone, in this run or beyond it."""
        return max(self.left, self.closed_until - self.now(), 0.0)

    @property
    def holds(self) -> bool:
        """Whether requests wait now."""
        return self.closed is None and (self.left > 0 or self.probe is not None or self.is_asked_for_rules)
