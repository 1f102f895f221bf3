"""Which archive page holds a moment: galloping, then bisection over page numbers; it asks for nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from espreso_crawler.spiders.chain import Entries, Shown


@dataclass(slots=True)
class Search:
    """A search for the page on which a moment lies between newest and oldest entry.

    Pages shift while new articles come, so no number is ever certain: what a page shows decides. Twice the
    logarithm of the distance in pages is what it costs, counted from where the moment was seen last.
    """

    aim: datetime
    above: int
    """A page whose entries are all newer."""
    floor: datetime
    """Oldest time on `above`: a page that is no older stands past the end, where some sites show the first again."""
    hint: int | None = None
    """The page to look at first: where the moment was seen last."""
    below: int | None = None
    """A page without a newer entry, or past the end of the archive."""
    stride: int = 1
    rises: bool = False
    """Whether the search gallops up from the hint, which lay too deep."""
    seen: Entries = ()
    """What stood on `above` when it was looked at; nothing where the search began."""

    def page(self) -> int | None:
        """Return the page to look at next; None when `above` and `below` are neighbours: go on from `above`."""
        if self.hint is not None:
            return max(self.hint, self.above + 1)
        if self.below is None:
            return self.above + self.stride
        if self.below - self.above <= 1:
            return None
        return max(self.below - self.stride, self.above + 1) if self.rises else (self.above + self.below) // 2

    def note(self, page: Shown) -> bool:
        """Note what a page shows; returns whether it is the one."""
        is_first, self.hint = self.hint is not None, None
        high, bottom = page.span or (self.aim, self.aim)
        if high <= self.aim or bottom >= self.floor or page.is_first_again:
            self.rises = self.rises or is_first
            self.stride = self.stride if is_first or not self.rises else self.stride * 2
            self.below = page.number
            return False
        if bottom <= self.aim:
            return True
        self.above, self.floor, self.seen = page.number, bottom, page.standing
        self.stride, self.rises = self.stride if is_first else self.stride * 2, False
        return False
