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

_step, _, _count = os.environ.get("ESPRESO_CRASH_AT", "").partition("@")
_left = int(_count or 1)


def crash_point(step: str) -> None:
    """Die here when the environment names this step; one string comparison otherwise."""
    global _left  # noqa: PLW0603 - the count belongs to the process, as its death does
    if step == _step:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
