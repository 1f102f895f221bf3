"""Chance that repeats: the same seed numbers always give the same picks, on every machine."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


def mixed(*numbers: int) -> int:
    """Return one well spread 64-bit number for a list of whole numbers (splitmix64's finaliser, chained)."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


class Dice:
    """A stream of picks that depends on its seed numbers alone; `random.Random` is slow to seed."""

    __slots__ = ("_state",)

    def __init__(self, *seed: int) -> None:
        self._state = mixed(*seed)

    def below(self, sides: int) -> int:
        """Return a whole number from 0 up to, not including, `sides`."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (self._state >> 33) % sides

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def several(self, options: Sequence[T], count: int) -> list[T]:
        """Return `count` different options (all of them when there are fewer), in drawn order."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def chance(self, one_in: int) -> bool:
        """Return True once in `one_in` calls on average."""
        return self.below(one_in) == 0
