"""Who answers questions: work, and where it is done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
Question = Any
"""What pickles, and costs little to send."""
YOUNG = 50_000
"""Objects that are made before Python searches them for cycles: pages have hardly any, and the search costs a tenth."""


class Work(Protocol[T_co]):
    """What workers are asked to do; each has a copy of it, and of what it needs."""

    def answer(self, question: Question) -> bytes:
        """Return the answer to a question; called in a worker, and never raises."""

    def decoded(self, answer: bytes) -> T_co:
        """Return an answer as it is used here."""

    def failed(self, question: Question, error: str, bug: str | None = None) -> T_co:
        """Return what stands for the answer to a question that has none; `bug` is a traceback."""


class Engine(Protocol):
    """Workers that answer questions, a batch at a time: processes of this machine, or a cluster."""

    largest_batch: int
    """Questions that go to a worker at once."""
    shared: Path | None
    """Folder that all workers see; None where they see every one."""

    @property
    def count(self) -> int:
        """How many workers there are now."""

    @property
    def pids(self) -> list[int]:
        """The processes, as far as they are of this machine."""

    def start(self, work: Work[Any]) -> None:
        """Start the workers. Raises OSError when there can be none."""

    async def answers(self, questions: Sequence[Question]) -> Sequence[bytes | str]:
        """Return the answers to some questions, in their order; as text, why one has none.

        Raises `WorkersEnded` when the workers ended, on these questions or beside them, and others must be started;
        `ClusterError` when there can be no others.
        """

    def end(self) -> None:
        """End the workers at once; nobody waits for an answer any more."""

    def join(self) -> None:
        """Wait a moment until they are gone."""


class WorkersEnded(Exception):  # noqa: N818  # it reads as what happened
    """The workers of an engine were killed."""
