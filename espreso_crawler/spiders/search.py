"""Which archive page holds a moment: galloping, then bisection over page numbers; it asks for nothing itself."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Search:
    """A search for the page on which a moment lies between newest and oldest entry.

    Pages shift while new articles come, so no number is ever certain: what a page shows decides. Twice the
    logarithm of the distance in pages is what it costs.
    """

    aim: datetime
    above: int
    """A page whose entries are all newer."""
    floor: datetime
    """Oldest time on `above`: a page that is no older stands past the end, where some sites show the first again."""
    below: int | None = None
    """A page without a newer entry, or past the end of the archive."""
    stride: int = 1

    def page(self) -> int | None:
        """Return the page to look at next; None when `above` and `below` are neighbours: go on from `above`."""
        if self.below is None:
            return self.above + self.stride
        return (self.above + self.below) // 2 if self.below - self.above > 1 else None

    def note(self, number: int, times: Collection[datetime]) -> bool:
        """Note what a page shows (none past the end); returns whether it is the one."""
        if not times or max(times) <= self.aim or min(times) >= self.floor:
            self.below = number
            return False
        if min(times) <= self.aim:
            return True
        self.above, self.floor = number, min(times)
        self.stride *= 2
        return False
