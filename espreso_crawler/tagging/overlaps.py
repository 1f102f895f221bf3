"""Which of overlapping hits stand: each longer one uses up its text."""

from collections.abc import Mapping

Hit = tuple[int, int, str]
"""Start, end and id of a concept; offsets in code points. Plain tuples here: classes double the time."""


def longest(hits: list[Hit], weights: Mapping[Hit, int]) -> list[Hit]:
    """Return the hits that are left when each longer one has used up its text, in the order of the text."""
    hits.sort()
    kept: list[Hit] = []
    crowd: list[Hit] = []
    reach = 0
    for hit in hits:
        if hit[0] >= reach and crowd:
            kept += crowd if len(crowd) == 1 else _without_shorter(crowd, weights)
            crowd = []
        crowd.append(hit)
        reach = max(reach, hit[1])
    return kept + _without_shorter(crowd, weights)


def _without_shorter(crowd: list[Hit], weights: Mapping[Hit, int]) -> list[Hit]:
    """Return those of a crowd of overlapping hits that no longer one overlaps."""
    kept: list[Hit] = []
    for hit in sorted(crowd, key=lambda hit: (-weights.get(hit, hit[1] - hit[0]), hit)):
        if all(hit[1] <= start or end <= hit[0] for start, end, _ in kept):
            kept.append(hit)
    return sorted(kept)
