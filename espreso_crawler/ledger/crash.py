"""Named steps at which tests let the process die; nothing else, and nothing at all unless it is asked for.

``ESPRESO_CRASH_AT=flush:before-commit@3`` kills the process by SIGKILL at its third arrival at that step.
"""

import os
import signal

STEPS = (
    "see:before-commit",
    "see:after-commit",
    "flush:before-commit",
    "flush:after-commit",
    "seal:planned",
    "seal:half-written",
    "seal:written",
    "seal:manifest-renamed",
    "seal:data-renamed",
    "seal:before-commit",
    "seal:after-commit",
    "coverage:before-commit",
    "coverage:after-commit",
    "close:before-commit",
    "close:after-commit",
    "close:run-file-written",
    "recovery:locked",
    "recovery:before-commit",
    "recovery:after-commit",
    "recovery:run-file-written",
)
HOLDING_STEPS = (
    "hold:before-commit",
    "hold:after-commit",
    "adopt:before-commit",
    "adopt:after-commit",
    "quarantine:before-commit",
    "quarantine:after-commit",
    "quarantine:file-written",
    "baseline:before-commit",
    "baseline:after-commit",
)
"""Those of a crawl whose rows wait for a verdict."""
RELEASING_STEPS = (
    "release:before-commit",
    "release:after-commit",
    "discard:before-commit",
    "discard:after-commit",
)
"""Those of the commands."""

_left: dict[str, int] = {}


def arm(spec: str) -> None:
    """Let this process die at ``<step>`` or ``<step>@<count>``; an empty text disarms."""
    step, _, count = spec.partition("@")
    _left.clear()
    if step:
        _left[step] = int(count or 1)


def crash_point(step: str) -> None:
    """Die here when this step is armed; one look into an empty dictionary otherwise."""
    if step in _left:
        _left[step] -= 1
        if _left[step] == 0:
            os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("ESPRESO_CRASH_AT", ""))
