"""Whether texts are as long as usual: a body cut after its first paragraph fills its field all the same."""

from collections.abc import Iterator

from espreso_crawler.monitors.findings import Finding, Level
from espreso_crawler.monitors.observations import MEASURED
from espreso_crawler.monitors.tallies import Tally

LENGTH_OF_BODY = "article_body"
ENOUGH = 20
ENOUGH_BEFORE = 100
"""Texts of earlier runs from which a typical length is known."""
LEAST_BODY = 200
"""Characters; typical bodies are longer than this."""
ODD, WRONG = 2.5, 4.0
"""Factors between typical lengths: a night of long interviews stays below the first."""


def length_findings(edition: str, now: Tally, usual: Tally) -> Iterator[Finding]:
    """Yield the fields whose texts are much shorter or longer than usual."""
    for name in MEASURED:
        ours, before = now.typical(name), usual.typical(name)
        if ours is None or now.lengths[name][0] < ENOUGH:
            continue
        if before is None or usual.lengths[name][0] < ENOUGH_BEFORE:
            continue
        factor = max(ours / before, before / ours)
        is_wrong = factor >= WRONG and ours < before
        if factor >= ODD:
            level: Level = "critical" if is_wrong else "warning"
            yield Finding(f"length_{name}", level, f"texts of {name} are not as long as usual",
                          {"typical": round(ours), "usual": round(before)}, edition)  # fmt: skip
