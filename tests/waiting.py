"""Waiting for what another process or thread does, however slow it is; no expectations."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0
"""Seconds after which something counts as hanging: far more than anything takes on a busy machine."""
GLANCE = 0.01


def wait_until(is_so: Callable[[], Any], what: str = "another process") -> None:
    """Wait until something is so; a test that waits too long fails and says for what."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(GLANCE)
