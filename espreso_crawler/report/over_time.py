"""The charts of what the newsroom publishes, over time; made of tallies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from espreso_crawler.report import charts
from espreso_crawler.report.charts import Chart
from espreso_crawler.report.periods import Periods, periods
from espreso_crawler.report.tallies import FILLED, WEEK, Tallies

HOURS = 7 * 24
HOUR = 3600 * 1000
"""Milliseconds."""
CHANGED = 10
"""Tags shown as rising, and as falling."""
NAMES = 14
"""Persons and organisations in the table of who is named with whom."""
ROWS = 12
SLANTED = 60
"""What names below a chart take of its height."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Counts = Iterable[tuple[tuple[date, str], int]]


def made(tallies: Tallies) -> Iterator[Chart]:
    """Yield the charts that there is something to show in."""
    over = periods({day for day, _ in tallies.days})
    if over is None:
        return
    editions = ordered(tallies.days)
    yield _articles(tallies, over, editions)
    yield _hours(tallies, editions)
    yield _rhythm(tallies)
    yield _labels(tallies, over)
    yield _rising(tallies)
    yield _together(tallies)
    yield _named(tallies, over, "weapon", "Weapons over time")
    yield _named(tallies, over, "place", "Places over time")


def fields(tallies: Tallies) -> Iterator[Chart]:
    """Yield for each edition how many of its articles have each field, over time."""
    over = periods({day for day, _ in tallies.days})
    if over is None:
        return
    totals = _by_period(tallies.days.items(), over)
    for edition in ordered(tallies.days):
        counts = (((day, name), n) for (day, one, name), n in tallies.filled.items() if one == edition)
        filled = _by_period(counts, over)
        rows = [
            {**_span(over, period), "field": name, "share": round(100 * filled[period, name] / totals[period, edition])}
            for period in over
            if totals[period, edition]
            for name in FILLED
        ]
        yield Chart(
            f"fields-{edition}",
            f"Fields filled: {edition}",
            f"Per cent of a {over.unit}'s articles that have the field; a column turns pale when a page changed.",
            (("when", over.unit), ("field", "field"), ("share", "%")),
            rows,
            _percent(charts.heat_over_time(rows, y="field", order=FILLED, value="share")),
        )


def ordered(counts: Mapping[tuple[Any, str], int]) -> list[str]:
    """Return the names that are counted, the most frequent first.

    >>> ordered({(1, "a"): 1, (1, "b"): 2})
    ['b', 'a']
    """
    totals = Counter[str]()
    for (_, name), count in counts.items():
        totals[name] += count
    return [name for name, _ in totals.most_common()]


def _articles(tallies: Tallies, over: Periods, editions: list[str]) -> Chart:
    rows = _rows(tallies.days.items(), over, "edition")
    left_out = f" {over.left_out} older days are not shown." if over.left_out else ""
    return Chart(
        "articles",
        f"Articles per {over.unit}",
        f"All {tallies.articles:,} articles by the {over.unit} of publication in Kyiv, and edition.{left_out}",
        (("when", over.unit), ("edition", "edition"), ("count", "articles")),
        rows,
        charts.stacked(rows, order=editions),
        is_wide=True,
    )


def _hours(tallies: Tallies, editions: list[str]) -> Chart:
    last = max((hour for hour, _ in tallies.hours), default=datetime.min)  # noqa: DTZ901  # Kyiv's, without zone
    rows = [
        {**_hour(hour), "edition": edition, "count": count}
        for (hour, edition), count in sorted(tallies.hours.items())
        if (last - hour).total_seconds() < HOURS * 3600
    ]
    return Chart(
        "hours",
        "Articles per hour",
        "The last seven days that have articles, by hour in Kyiv.",
        (("when", "hour"), ("edition", "edition"), ("count", "articles")),
        rows,
        charts.stacked(rows, order=editions, step=HOUR),
        is_wide=True,
    )


def _rhythm(tallies: Tallies) -> Chart:
    hours = [f"{hour:02}" for hour in range(24)]
    rows = [
        {"day": DAYS[day], "hour": hours[hour], "articles": tallies.rhythm[day, hour]}
        for day in range(len(DAYS))
        for hour in range(len(hours))
    ]
    return Chart(
        "rhythm",
        "The newsroom's rhythm",
        "When articles are published: weekday and hour in Kyiv; stronger is more.",
        (("day", "day"), ("hour", "hour"), ("articles", "articles")),
        rows,
        charts.heat(rows, x="hour", y="day", columns=hours, order=DAYS, value="articles"),
    )


def _labels(tallies: Tallies, over: Periods) -> Chart:
    order = ordered(tallies.labels)[: len(charts.COLOURS)]
    rows = _rows((item for item in tallies.labels.items() if item[0][1] in order), over, "label")
    return Chart(
        "labels",
        "Labels",
        f"Articles per {over.unit} with an editorial label; one with two labels counts twice.",
        (("when", over.unit), ("label", "label"), ("count", "articles")),
        rows,
        charts.stacked(rows, order=order, what="label"),
    )


def _rising(tallies: Tallies) -> Chart:
    now, before = tallies.last_week()
    days = {day for day, _ in tallies.days}
    last = max(days)
    is_known = any(last - 2 * WEEK < day <= last - WEEK for day in days)
    changes: list[dict[str, Any]] = [
        {"tag": tallies.names[tag][1], "now": now[tag], "before": before[tag], "change": now[tag] - before[tag]}
        for tag in now.keys() | before.keys()
    ]
    changes.sort(key=lambda row: (-row["change"], row["tag"]))
    rising = [row for row in changes if row["change"] > 0][:CHANGED]
    falling = [row for row in changes if row["change"] < 0][-CHANGED:]
    rows = [*rising, *falling]
    return Chart(
        "rising",
        "Tags rising and falling",
        "Articles with the tag in the last seven days, against the seven days before"
        + ("." if is_known else ", of which there is no article here: every tag rises."),
        (("tag", "tag"), ("now", "this week"), ("before", "week before"), ("change", "change")),
        rows,
        charts.rising(rows),
    )


def _together(tallies: Tallies) -> Chart:
    often = Counter[str]()
    for pair, count in tallies.pairs.items():
        for tag in pair:
            often[tag] += count
    order = [tag for tag, _ in often.most_common(NAMES)]
    names = [tallies.names[tag][1] for tag in order]
    pairs = {pair: n for pair, n in tallies.pairs.items() if set(pair) <= set(order)}
    rows = [
        {"one": tallies.names[a][1], "other": tallies.names[b][1], "articles": n}
        for (one, other), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
        for a, b in ((one, other), (other, one))
    ]
    spec = charts.heat(rows, x="other", y="one", columns=names, order=names, value="articles")
    spec["height"] += SLANTED
    spec["encoding"]["x"]["axis"] |= {"labelAngle": -45, "labelLimit": 110, "labelOverlap": False}
    return Chart(
        "together",
        "Who is named together with whom",
        "People and organisations that stand in one article; stronger is more often.",
        (("one", "one"), ("other", "the other"), ("articles", "articles")),
        rows,
        spec,
    )


def _named(tallies: Tallies, over: Periods, kind: str, title: str) -> Chart:
    counts = {key: n for key, n in tallies.tags.items() if tallies.names[key[1]][0] == kind}
    order = ordered(counts)[:ROWS]
    names = [tallies.names[tag][1] for tag in order]
    wanted = (((day, tallies.names[tag][1]), n) for (day, tag), n in counts.items() if tag in order)
    rows = _rows(wanted, over, kind)
    return Chart(
        f"{kind}s",
        title,
        f"Articles per {over.unit} that name it, the {ROWS} most named at most; stronger is more.",
        (("when", over.unit), (kind, kind), ("count", "articles")),
        rows,
        charts.heat_over_time(rows, y=kind, order=names),
    )


def _by_period(counts: Counts, over: Periods) -> Counter[tuple[date, str]]:
    found = Counter[tuple[date, str]]()
    for (day, name), count in counts:
        if day >= over.first:
            found[over.of(day), name] += count
    return found


def _rows(counts: Counts, over: Periods, what: str) -> list[Mapping[str, Any]]:
    found = sorted(_by_period(counts, over).items())
    return [{**_span(over, period), what: name, "count": count} for (period, name), count in found]


def _span(over: Periods, period: date) -> dict[str, str]:
    when = f"{period:%B %Y}" if over.unit == "month" else f"{period:%a %d %b %Y}"
    return {"start": _wall(period), "end": _wall(over.after(period)), "when": when}


def _hour(hour: datetime) -> dict[str, str]:
    return {"start": _wall(hour), "end": _wall(hour + timedelta(hours=1)), "when": f"{hour:%a %d %b, %H:00}"}


def _wall(when: date) -> str:
    """Return a time of Kyiv's clocks for an axis that knows no zones: they are drawn as if they were UTC."""
    moment = when if isinstance(when, datetime) else datetime(when.year, when.month, when.day)  # noqa: DTZ001
    return f"{moment:%Y-%m-%dT%H:%M}Z"


def _percent(spec: dict[str, Any]) -> dict[str, Any]:
    spec["encoding"]["opacity"]["scale"] |= {"domain": [0, 100]}
    return spec
