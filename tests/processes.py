"""Processes as Linux tells of them: who began whom, and who is gone."""

from pathlib import Path

from tests.waiting import wait_until


def children(pid: int) -> list[int]:
    """Return the processes that a process has begun."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def wait_for_end(pid: int) -> None:
    """Wait until a process of somebody else's is gone, or waits to be looked at by its parent."""
    wait_until(lambda: _is_over(pid), f"the end of process {pid}")


def _is_over(pid: int) -> bool:
    try:
        return "zombie" in Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
