"""How likely a count is by chance."""

from math import comb


def at_most(met: int, of: int, share: float) -> float:
    """Return the probability that at most `met` of so many rows meet what a share of all rows meets.

    >>> round(at_most(1, 2, 0.5), 2)
    0.75
    >>> at_most(0, 20, 0.99) < 1e-30
    True
    """
    return sum(comb(of, count) * share**count * (1 - share) ** (of - count) for count in range(met + 1))
