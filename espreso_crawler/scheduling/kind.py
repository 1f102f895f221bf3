"""What is crawled again and again: a spider with its arguments. Two crawls of one kind never run at once."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"(\d{1,6})([smhd])")


@dataclass(frozen=True)
class Kind:
    """A spider, its arguments (``-a``) and the settings of its crawls (``-s``)."""

    spider: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A name for files and jobs: the spider and eight hex digits of its arguments; settings make no other kind.

        >>> Kind("read_also", {"edition": "ua"}, {"LOG_LEVEL": "DEBUG"}).name
        'read_also-9ec44c43'
        """
        words = "\0".join(f"{name}={value}" for name, value in sorted(self.arguments.items()))
        return f"{self.spider}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def duration(text: str) -> timedelta:
    """Return the length of ``90s``, ``10m``, ``2h`` or ``1d``. Raises ValueError, saying what is accepted.

    >>> duration("10m")
    datetime.timedelta(seconds=600)
    """
    match = DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a length of time: give 90s, 10m, 2h or 1d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
