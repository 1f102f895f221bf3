"""Waiting for what another process or thread does, however slow it is; no expectations."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 60.0
"""Seconds after which something counts as hanging: far more than anything takes on a busy machine."""
GLANCE = 0.01
LONGEST_GLANCE = 0.25


def wait_until(is_so: Callable[[], Any], what: str = "another process") -> None:
    """Wait until something is so; a test that waits too long fails and says for what.

    The longer it takes, the rarer it looks: a look may cost as much as what it waits for.
    """
    begun = time.monotonic()
    while not is_so():
        waited = time.monotonic() - begun
        assert waited < PATIENCE, f"waited in vain for {what}"
        time.sleep(min(max(GLANCE, waited / 20), LONGEST_GLANCE))
