"""How well near-copies are told from pairs that only look like them."""

from collections import Counter

from espreso_crawler.near_duplicates import sketch
from tests.near_duplicates.generated import Pair


def found(pair: Pair) -> bool:
    """Whether the index would lead from the second article to the first, and the two be called near."""
    first, second = sketch(pair.first), sketch(pair.second)
    assert first and second
    return not set(first.keys()).isdisjoint(second.keys()) and second.is_near(first)


def scores(pairs: list[Pair]) -> tuple[float, float, Counter[str]]:
    """Return precision, recall, and the mistakes by relation."""
    called = {number: found(pair) for number, pair in enumerate(pairs)}
    right = sum(pair.is_copy and called[number] for number, pair in enumerate(pairs))
    mistakes = Counter(pair.relation for number, pair in enumerate(pairs) if called[number] != pair.is_copy)
    return right / max(1, sum(called.values())), right / sum(pair.is_copy for pair in pairs), mistakes
