"""The verdict over an edition's rows: each by its evidence, all of them against what earlier runs showed."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from espreso_crawler.monitors.chances import at_most
from espreso_crawler.monitors.evidence import DOUBT_BY_NAME
from espreso_crawler.monitors.expectations import BY_NAME, EXPECTATIONS, Expectation
from espreso_crawler.monitors.feed_checks import feed_findings
from espreso_crawler.monitors.findings import Finding, Level, worst
from espreso_crawler.monitors.learning import learned
from espreso_crawler.monitors.lengths import LENGTH_OF_BODY, ODD, length_findings
from espreso_crawler.monitors.observations import MEASURED, FeedObservation, Observation
from espreso_crawler.monitors.tallies import Tally, added

ENOUGH = 20
"""Rows that a verdict in mid-run needs; a shorter run is judged at its end, helped by the runs before."""
WINDOW = 100
"""Rows of this run that a verdict looks at, besides the last ones by themselves."""
BASELINE_ROWS, BASELINE_RUNS = 40, 2
"""What earlier runs must have shown of an edition before anything counts as a change."""
PRIOR = 5
"""Rows that the known layout counts for beside what earlier runs saw."""
BELIEVED = 0.99
"""Share of rows without a certain doubt, before a person has dispelled any."""
MOST_CERTAIN = 0.999
"""No share is taken for larger: one odd page is no drift."""
LEAST_DROP = 0.25
CHANCE = {"warning": 2e-3, "critical": 1.1e-6}
"""How unlikely a count must be. Two rows in a row without what every row has are just critical."""
RARE = 0.9
"""Share from which lacking a property makes a row conspicuous."""
REFUSED = 0.3
FEWEST_REFUSED = 3


CHANGES = frozenset(BY_NAME) | {f"length_{name}" for name in MEASURED}
"""Findings that say that the edition has changed; doubtful rows, refused pages and feeds are judged without a past."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of the rows that were judged; each row's own doubts: `Judge.doubts`."""

    level: Level
    findings: list[Finding]


class Judge:
    """Judges one edition in one run; a critical verdict stands until the run ends.

    `earlier` are the tallies of earlier runs without a critical change, newest first.
    """

    def __init__(self, edition: str, earlier: Sequence[Tally] = ()) -> None:
        self.edition = edition
        self.seen = 0
        """Pages that were to be articles."""
        self.went_out = Tally()
        """Rows of this run that were accepted, and feeds that were read."""
        self._recent, self._usual = _split(earlier)
        self._before = added(*earlier)
        runs = sum(tally.rows > 0 for tally in earlier)
        self.has_baseline = self._before.rows >= BASELINE_ROWS and runs >= BASELINE_RUNS
        """Whether earlier runs showed enough of the edition for a change to be one."""
        self._shown = Tally()
        """All rows of this run, doubtful ones too."""
        self._window: deque[Observation] = deque(maxlen=WINDOW)
        self._refused = 0
        self._in_vain = 0
        """Pages in a row of which nothing goes out."""
        self._feeds = {True: 0, False: 0}
        """Feeds read, by whether they were wrong."""
        self._findings: dict[str, Finding] = {}

    @property
    def is_hopeless(self) -> bool:
        """Whether nothing of so many pages in a row goes out: what comes after them would be held back as well."""
        return self._in_vain >= ENOUGH

    def changes(self) -> list[str]:
        """Return the names of critical findings by which this run must not count as usual unless a person says so."""
        return [
            name
            for name, finding in self._findings.items()
            if finding.level == "critical" and (name in CHANGES or name in self.went_out.feed_flaws)
        ]

    def learned(self) -> dict[str, Any] | None:
        """Return what the edition shows and what not, while earlier runs have shown too little to know it."""
        if not self._shown.rows or self._before.rows >= BASELINE_ROWS:
            return None
        return learned(self.edition, added(self._before, self._shown))

    def see(self, row: Observation) -> None:
        """Take note of a row that is to be judged."""
        self.seen += 1
        self._window.append(row)
        self._shown.add(Tally.of([row]))

    def see_refused(self) -> None:
        """Take note of a page that was to be an article and is none."""
        self.seen += 1
        self._refused += 1
        self._in_vain += 1

    def trusts(self, feed: FeedObservation) -> bool:
        """Return whether a feed says what it seems to say; what is wrong with it is found at once."""
        found = feed_findings(feed)
        self._feeds[bool(found)] += 1
        for tally in (self.went_out, self._shown):
            tally.feeds += 1
            tally.feed_flaws.update(finding.name for finding in found)
        is_odd_page = self._feeds[True] <= self._feeds[False]  # one among good ones
        self._note(
            replace(finding, level="warning") if is_odd_page or not self._was_better(finding.name) else finding
            for finding in found
        )
        return not found

    def doubts(self, row: Observation) -> str | None:
        """Return why a row must not go out, None when it may."""
        reasons = [DOUBT_BY_NAME[name].text for name in row.doubts if self.share(name) >= RARE]
        reasons += [each.text for each in self._lost() if each.name in row.flaws]
        if self._is_cut(row):
            reasons.append("the text is much shorter than usual, as many are in this run, and nothing confirms it")
        return "; ".join(dict.fromkeys(reasons)) or None

    def is_conspicuous(self, row: Observation) -> bool:
        """Return whether a row lacks what hardly any row lacks, and truth rests on: it may be the first of many."""
        return self.has_baseline and any(BY_NAME[name].holds and self.share(name) >= RARE for name in row.flaws)

    def verdict(self, rows: Sequence[Observation]) -> Verdict:
        """Judge these rows, alone and together with those before them in this run."""
        window = list(self._window) if len(self._window) > len(rows) else rows
        if self.has_baseline:
            last, all_of_them = Tally.of(rows), Tally.of(window)
            self._note(self._drifted(last))
            self._note(self._drifted(all_of_them))
            self._note(length_findings(self.edition, all_of_them, self._usual))
        self._note(self._doubtful(window))
        self._note(self._not_articles())
        for row in rows:
            self._in_vain = self._in_vain + 1 if self.doubts(row) else 0
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
        """Return the share of rows that usually meet an expectation, or are without a doubt."""
        told, met = self._usual.told(name), self._usual.met(name)
        known = BY_NAME[name].share if name in BY_NAME else BELIEVED
        return min((PRIOR * known + met) / (PRIOR + told), MOST_CERTAIN)

    def _lost(self) -> Iterator[Expectation]:
        """Yield what truth rests on and this run has lost."""
        for each in EXPECTATIONS:
            finding = self._findings.get(each.name)
            if each.holds and finding and finding.level == "critical":
                yield each

    def _is_cut(self, row: Observation) -> bool:
        finding = self._findings.get(f"length_{LENGTH_OF_BODY}")
        is_confirmed = "body_agrees" not in row.flaws + row.silent
        if finding is None or finding.level != "critical" or is_confirmed:
            return False
        return row.lengths[MEASURED.index(LENGTH_OF_BODY)] * ODD <= (self._usual.typical(LENGTH_OF_BODY) or 0)

    def _was_better(self, name: str) -> bool:
        """Whether earlier runs' feeds hardly ever had a flaw; ledgers of the first version do not tell of feeds."""
        return self.has_baseline and 2 * self._before.feed_flaws[name] <= self._before.feeds

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
            text = "rows are doubtful, and in quarantine; the others went out"
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
