"""The verdict over an edition's rows, against what earlier runs saw and, before there are any, the known layout."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from espreso_crawler.monitors.chances import at_most
from espreso_crawler.monitors.expectations import BY_NAME, EXPECTATIONS, Expectation
from espreso_crawler.monitors.feed_checks import feed_findings
from espreso_crawler.monitors.findings import Finding, Level, worst
from espreso_crawler.monitors.lengths import length_findings
from espreso_crawler.monitors.observations import FeedObservation, Observation
from espreso_crawler.monitors.tallies import Tally, added

ENOUGH = 20
"""Rows that a verdict in mid-run needs; a shorter run is judged at its end, helped by the runs before."""
WINDOW = 100
"""Rows of this run that a verdict looks at, besides the last ones by themselves."""
PRIOR = 5
"""Rows that the known layout counts for beside what earlier runs saw."""
MOST_CERTAIN = 0.999
"""No share is taken for larger: one odd page is no drift."""
LEAST_DROP = 0.25
CHANCE = {"warning": 2e-3, "critical": 1.1e-6}
"""How unlikely a count must be. Two rows in a row without what every row has are just critical."""
RARE = 0.9
"""Share from which lacking a property makes a row conspicuous."""
REFUSED = 0.3
FEWEST_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of the rows that were judged."""

    level: Level
    findings: list[Finding]


class Judge:
    """Judges one edition in one run; a critical verdict stands until the run ends."""

    def __init__(self, edition: str, earlier: Sequence[Tally] = ()) -> None:
        self.edition = edition
        self.seen = 0
        """Pages that were to be articles."""
        self.went_out = Tally()
        """Rows of this run that were accepted."""
        self._recent, self._usual = _split(earlier)
        self._window: deque[Observation] = deque(maxlen=WINDOW)
        self._refused = 0
        self._feeds = {True: 0, False: 0}
        """Feeds read, by whether they were wrong."""
        self._findings: dict[str, Finding] = {}

    @property
    def is_critical(self) -> bool:
        """Whether anything critical was found so far."""
        return worst(self._findings.values()) == "critical"

    def see(self, row: Observation) -> None:
        """Take note of a row that is to be judged."""
        self.seen += 1
        self._window.append(row)

    def see_refused(self) -> None:
        """Take note of a page that was to be an article and is none."""
        self.seen += 1
        self._refused += 1

    def trusts(self, feed: FeedObservation) -> bool:
        """Return whether a feed says what it seems to say; what is wrong with it is found at once."""
        found = feed_findings(feed)
        self._feeds[bool(found)] += 1
        if self._feeds[True] <= self._feeds[False]:  # one odd page among good ones
            found = [replace(finding, level="warning") for finding in found]
        self._note(found)
        return not found

    def doubts(self, row: Observation) -> str | None:
        """Return why a row is doubtful by itself, None when it is not."""
        reasons = [BY_NAME[name].text for name in row.flaws if BY_NAME[name].is_hard and self.share(name) >= RARE]
        return "; ".join(reasons) or None

    def is_conspicuous(self, row: Observation) -> bool:
        """Return whether a row lacks what hardly any row lacks: it may be the first of many."""
        return any(BY_NAME[name].level == "critical" and self.share(name) >= RARE for name in row.flaws)

    def verdict(self, rows: Sequence[Observation]) -> Verdict:
        """Judge these rows, alone and together with those before them in this run."""
        window = list(self._window) if len(self._window) > len(rows) else rows
        last, all_of_them = Tally.of(rows), Tally.of(window)
        self._note(self._drifted(last))
        self._note(self._drifted(all_of_them))
        self._note(length_findings(self.edition, all_of_them, self._usual))
        self._note(self._doubtful(window))
        self._note(self._not_articles())
        return Verdict(worst(self._findings.values()), self.findings())

    def accepted(self, rows: Sequence[Observation]) -> None:
        """Take rows that went out for usual."""
        tally = Tally.of(rows)
        self._usual.add(tally)
        self.went_out.add(tally)

    def findings(self) -> list[Finding]:
        """Return everything found in this run, the worst first."""
        return sorted(self._findings.values(), key=lambda finding: finding.level != "critical")

    def share(self, name: str) -> float:
        """Return the share of rows that usually meet an expectation."""
        told, met = self._usual.told(name), self._usual.met(name)
        return min((PRIOR * BY_NAME[name].share + met) / (PRIOR + told), MOST_CERTAIN)

    def _drifted(self, own: Tally) -> Iterator[Finding]:
        for expectation in EXPECTATIONS:
            if own.flaws[expectation.name]:
                yield from self._drift(expectation, own)
                if own.rows < ENOUGH:
                    yield from self._drift(expectation, added(own, self._recent))

    def _drift(self, expectation: Expectation, rows: Tally) -> Iterator[Finding]:
        name, share = expectation.name, self.share(expectation.name)
        told, met = rows.told(name), rows.met(name)
        chance = at_most(met, told, share)
        level = expectation.level
        if level == "critical" and (chance > CHANCE[level] or share - met / told < LEAST_DROP):
            level = "warning"
        if chance <= CHANCE[level] and share - met / told >= LEAST_DROP:
            numbers = {"rows": told, "wrong": told - met, "usual": round(1 - share, 4)}
            yield Finding(name, level, expectation.text, numbers, self.edition)

    def _doubtful(self, rows: Sequence[Observation]) -> Iterator[Finding]:
        count = sum(self.doubts(row) is not None for row in rows)
        if count:
            level: Level = "critical" if 2 * count >= len(rows) else "warning"
            text = "rows are doubtful by themselves, and in quarantine"
            yield Finding("doubtful_rows", level, text, {"rows": len(rows), "doubtful": count}, self.edition)

    def _not_articles(self) -> Iterator[Finding]:
        if self._refused >= max(FEWEST_REFUSED, REFUSED * self.seen):
            numbers = {"pages": self.seen, "refused": self._refused}
            yield Finding("not_articles", "critical", "entries of the feed lead to pages without an article", numbers,
                          self.edition)  # fmt: skip

    def _note(self, found: Sequence[Finding] | Iterator[Finding]) -> None:
        """Remember findings; what was critical once stays so."""
        for finding in found:
            before = self._findings.get(finding.name)
            if before is None or before.level != "critical" or finding.level == "critical":
                self._findings[finding.name] = finding


def _split(earlier: Sequence[Tally]) -> tuple[Tally, Tally]:
    """Return the rows of the last small runs, fewer than a verdict needs, and those of the runs before them."""
    recent, usual = Tally(), Tally()
    for tally in earlier:
        is_recent = usual.rows == 0 and recent.rows + tally.rows < ENOUGH
        (recent if is_recent else usual).add(tally)
    if usual.rows < WINDOW:  # too few to be without them
        usual.add(recent)
    return recent, usual
