"""Figures in words: the line that a log gets each minute, the line of a run without news, the table at a run's end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any

from espreso_crawler.progress.figures import COUNTED, EMITTED, Figures, Span, State, Wait

WIDTH = 80
INDENT = 2
NAMES = 11
REASONS = 3
"""Reasons of held rows that a table names."""


def duration(seconds: float) -> str:
    """Return a length of time as people say it.

    >>> duration(0.26), duration(75), duration(7500), duration(200000)
    ('0.3 s', '1 min 15 s', '2 h 5 min', '2 d 7 h')
    """
    if seconds < 10:  # noqa: PLR2004  # tenths count in a short run only
        return f"{seconds:.1f} s"
    days, rest = divmod(round(seconds), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((place for place, (value, _) in enumerate(parts) if value), 3)
    return " ".join(f"{value} {unit}" for value, unit in parts[first : first + 2] if value)


def many(count: int, one: str, several: str = "") -> str:
    """Return a number of things.

    >>> many(1, "page"), many(2, "page"), many(2, "entry", "entries")
    ('1 page', '2 pages', '2 entries')
    """
    return f"{count} {one if count == 1 else several or one + 's'}"


def megabytes(size: int) -> str:
    """Return a number of bytes.

    >>> megabytes(1_260_000), megabytes(31_700_000_000)
    ('1.3 MB', '31,700.0 MB')
    """
    return f"{size / 1_000_000:,.1f} MB"


def moment(time: datetime, now: datetime) -> str:
    """Return a time on this machine's clock, as log lines have it; with its day when that is another one."""
    local, today = time.astimezone(), now.astimezone().date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def _minute(time: datetime, now: datetime) -> str:
    """Return a time that is not known to the second."""
    local, today = time.astimezone(), now.astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def course(state: State, now: datetime) -> str:
    """Return how fast a crawl is and what is before it."""
    figures = state.figures
    parts = [f"{state.pages_a_minute:.0f} pages a minute"]
    parts += [f"{figures.queued} under way"] if figures.queued else []
    parts += [f"{figures.checked} in check"] if figures.checked else []
    if figures.planned:
        parts += [f"{figures.fetched} of {figures.planned} pages read", megabytes(figures.size)]
        parts += [many(figures.workers, "worker")] if figures.workers else []
        parts += [f"done about {_minute(state.end, now)}"] if state.end else []
    return ", ".join(parts)


def reached(span: Span, end: datetime | None, now: datetime) -> str:
    """Return how far a walk back in time has come."""
    text = f"{span.host} back to {span.reached.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if span.below is None:
        return f"{text}, on to the archive's end"
    done = (span.newest - span.reached) / (span.newest - span.below)
    text += f", {min(max(done, 0), 1):.0%}"
    return f"{text}, done about {_minute(end, now)}" if end else text


def waiting(wait: Wait, now: datetime) -> str:
    """Return what a host is left alone for."""
    until = f" until {moment(wait.until, now)}" if wait.until else ""
    return f"{wait.host}{until}: {wait.reason}"


def line(state: State, now: datetime) -> str:
    """Return everything in one line."""
    counted = ", ".join(f"{name} {getattr(state.figures, name)}" for name in COUNTED)
    parts = [counted, course(state, now)]
    parts += [reached(span, end, now) for span, end in state.spans]
    parts += [f"waiting for {waiting(wait, now)}" for wait in state.waits]
    return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over, as its run file says it."""

    document: Mapping[str, Any]
    output: str
    """The folder of the output."""

    @property
    def figures(self) -> Figures:
        """What it did."""
        return Figures.of(self.document.get("stats", {}), self.document.get("counts", {}))

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell but that nothing was new."""
        figures, document = self.figures, self.document
        # What nobody asked for is told by every run, as far as the newest stretch of its feed is this one's.
        own_gaps = [
            gap for gap in document.get("gaps", ()) if gap["run"] == document["run_id"] and gap["reason"] != "not_asked"
        ]
        is_whole = document.get("reason") == "finished" and not document.get("exit_code") and not own_gaps
        is_well = is_whole and document.get("verdict") in (None, "ok")
        is_left = document.get("counts", {}).get("entry", {}).get("pending")
        return is_well and not (figures.written or figures.failed or figures.held or is_left)

    @property
    def seconds(self) -> float:
        """How long it took."""
        if elapsed := self.document.get("stats", {}).get("elapsed_time_seconds"):
            return float(elapsed)
        ends = [self.document.get(name) for name in ("started_at", "ended_at")]
        began, ended = (datetime.fromisoformat(end) if end else None for end in ends)
        return (ended - began).total_seconds() if began and ended else 0.0

    def summary(self) -> str:
        """Return the line of a run that found nothing new."""
        figures = self.figures
        new = f", {figures.new} of them new" if figures.new else ""
        looked = f", {many(figures.unchanged, 'article')} unchanged" if figures.unchanged else ""
        seen = many(figures.seen, "entry", "entries")
        return f"{seen} seen{new}, {many(figures.fetched, 'page')} in {duration(self.seconds)}{looked}"

    def table(self) -> str:
        """Return the table, in lines of 80 columns but for paths and commands, which are to be copied."""
        return "\n".join(_row(name, text) for name, text in self.rows())

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what to tell, and its name."""
        figures, document = self.figures, self.document
        how = document.get("reason") or "it did not end in order"
        exit_code = f", exit code {code}" if (code := document.get("exit_code")) else ""
        yield "run", f"{document['run_id']}: {how} after {duration(self.seconds)}{exit_code}"
        if arguments := document.get("arguments"):
            yield "asked", " ".join(f"{name}={value}" for name, value in arguments.items())
        seen = many(figures.seen, "entry", "entries") + (f", {figures.new} of them new" if figures.new else "")
        yield "seen", f"{seen}; {many(figures.fetched, 'page')} fetched"
        yield "written", self._written(figures)
        if files := [each["file"] for each in document.get("segments", ()) if each["stream"] == "articles"]:
            yield "where", f"{self.output}/{files[0]}" + (f" and {len(files) - 1} more" if files[1:] else "")
        if figures.unchanged:
            yield "unchanged", many(figures.unchanged, "article")
        yield from self._left()
        yield "to see it", "make report, or scrapy report"

    def _written(self, figures: Figures) -> str:
        prefix, stats = EMITTED + "/", self.document.get("stats", {})
        events = [f"{stats[name]} {name.removeprefix(prefix)}" for name in sorted(stats) if name.startswith(prefix)]
        return many(figures.written, "article") + (f": {', '.join(events)}" if events else "")

    def _left(self) -> Iterator[tuple[str, str]]:
        """Yield what was not written."""
        figures, document = self.figures, self.document
        if figures.held:
            yield "held", f"{many(figures.held, 'row')}: {_reasons(document.get('held', ()))}"
            run = document["run_id"]
            yield "", f"scrapy ledger release {run}, or scrapy ledger discard {run} --reason TEXT"
        if figures.failed:
            yield "failed", many(figures.failed, "page") + self._retries()
        if pending := document.get("counts", {}).get("entry", {}).get("pending", 0):
            yield "left over", f"{many(pending, 'entry', 'entries')}, for the next crawl to fetch"
        for finding in document.get("findings", ()):
            yield finding["level"], finding["text"]
        if gaps := document.get("gaps"):
            spans = f"{many(len(gaps), 'span')} of feeds"
            yield "not read", f"{spans}; scrapy ledger names each, with the command for it"

    def _retries(self) -> str:
        retries, ended_at = self.document.get("retries") or {}, self.document.get("ended_at")
        given_up = self.document.get("counts", {}).get("entry", {}).get("failed", 0)
        parts = []
        if retries.get("entries") and ended_at:
            at = moment(datetime.fromisoformat(retries["at"]), datetime.fromisoformat(ended_at))
            parts.append(f"a crawl after {at} tries {many(retries['entries'], 'entry', 'entries')} again")
        parts += [f"{many(given_up, 'entry', 'entries')} given up"] if given_up else []
        return "".join(f"; {part}" for part in parts)


def _reasons(held: Any) -> str:
    named = [f"{each['reason']} ({each['rows']})" for each in held[:REASONS]]
    more = sum(each["rows"] for each in held[REASONS:])
    return "; ".join(named + ([f"other reasons ({more})"] if more else []))


def _row(name: str, text: str) -> str:
    first = f"{'':{INDENT}}{name:<{NAMES}}"
    return "\n".join(
        wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False,
             break_on_hyphens=False)
    )  # fmt: skip
