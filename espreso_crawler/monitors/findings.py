"""What a monitor finds: its name, how bad it is, and the numbers behind it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["ok", "warning", "critical"]
ORDER: dict[Level, int] = {"ok": 0, "warning": 1, "critical": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about what is not as it should be; docs/monitors.md says what to do about each name."""

    name: str
    level: Level
    text: str
    numbers: dict[str, Any] = field(default_factory=dict)
    edition: str | None = None
    """None for what concerns the whole run."""


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level among findings, ``ok`` when there is none.

    >>> worst([])
    'ok'
    """
    return max((finding.level for finding in findings), key=ORDER.__getitem__, default="ok")
