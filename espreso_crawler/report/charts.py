"""Charts as Vega-Lite specifications; colours are the page's variables: one drawing fits light, dark and print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Row = Mapping[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
COLOURS = [f"var(--series-{number})" for number in range(1, 9)]
STRONG = "var(--series-1)"
FAINTEST = 0.06
ROW = 22
TIME_AXIS = {"title": None, "labelOverlap": True, "tickCount": 6, "grid": False}
DAY = 24 * 3600 * 1000
"""Milliseconds."""


@dataclass
class Chart:
    """One figure of the page."""

    name: str
    title: str
    says: str
    """A sentence for who reads the chart, and for who cannot see it."""
    columns: Sequence[tuple[str, str]]
    """Field and heading of the table that says the same."""
    rows: Sequence[Row]
    spec: Json = field(default_factory=dict)
    is_wide: bool = False


def stacked(
    rows: Iterable[Row], *, order: Sequence[str], what: str = "edition", counted: str = "articles", step: int = DAY
) -> Json:
    """Return bars over time, one on the other; rows have start, end, count and the series in `what`."""
    return {
        "height": 200,
        "data": {"values": _piled(rows, order, what)},
        "mark": {"type": "rect", "tooltip": True, "stroke": "var(--card)", "strokeWidth": 0.5},
        "encoding": {
            "x": _time("start", step),
            "x2": {"field": "end"},
            "y": {"field": "low", "type": "quantitative", "title": None, "axis": {"tickCount": 4, "tickMinStep": 1}},
            "y2": {"field": "high"},
            "color": _series(what, order),
            "tooltip": _told({"when": "when", what: what, "count": counted}),
        },
    }


def heat(rows: Sequence[Row], *, x: str, y: str, columns: Sequence[str], order: Sequence[str], value: str) -> Json:
    """Return a table of cells, the more the stronger."""
    return _cells(
        rows,
        {"field": x, "type": "ordinal", "sort": [*columns], "axis": {"title": None, "labelOverlap": True}},
        y=y,
        order=order,
        value=value,
        told={y: y, x: x, value: value},
    )


def heat_over_time(rows: Sequence[Row], *, y: str, order: Sequence[str], value: str = "count") -> Json:
    """Return cells over time; rows have start, end, when and `value`."""
    told = {y: y, "when": "when", value: "articles" if value == "count" else value}
    spec = _cells(rows, _time("start", DAY), y=y, order=order, value=value, told=told)
    spec["encoding"]["x2"] = {"field": "end"}
    return spec


def rising(rows: Sequence[Row]) -> Json:
    """Return bars to both sides: tags named more often than the week before, and less often."""
    order = [str(row["tag"]) for row in rows]
    return {
        "height": max(ROW * len(order), ROW),
        "data": {"values": rows},
        "encoding": {
            "y": {"field": "tag", "type": "nominal", "sort": order, "axis": _names()},
            "x": {"field": "change", "type": "quantitative", "axis": {"title": None, "tickMinStep": 1, "tickCount": 5}},
            "tooltip": _told({"tag": "tag", "now": "this week", "before": "week before", "change": "change"}),
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 2},
                "encoding": {
                    "color": {
                        "condition": {"test": "datum.change < 0", "value": "var(--falling)"},
                        "value": "var(--rising)",
                    }
                },
            }
        ],
    }


def lines(rows: Sequence[Row], *, series: Sequence[str], unit: str) -> Json:
    """Return lines over time with their points; rows have at, value and series."""
    return {
        "height": 180,
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 22}, "strokeWidth": 1.5, "tooltip": True},
        "encoding": {
            "x": _time("at"),
            "y": {"field": "value", "type": "quantitative", "axis": {"title": unit, "tickCount": 4}},
            "color": _series("series", series),
            "tooltip": _told({"when": "when", "series": "", "value": unit}),
        },
    }


def spans(rows: Sequence[Row], *, y: str, order: Sequence[str], states: Mapping[str, str]) -> Json:
    """Return a time line for each host; rows have start, end and what each stretch is."""
    return {
        "height": max(ROW * 1.4 * len(order), 40),
        "data": {"values": rows},
        "mark": {"type": "bar", "height": {"band": 0.6}, "tooltip": True},
        "encoding": {
            "x": _time("start"),
            "x2": {"field": "end"},
            "y": {"field": y, "type": "nominal", "sort": [*order], "axis": _names()},
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": [*states], "range": [*states.values()]},
                "legend": _legend(),
            },
            "tooltip": _told({y: y, "from": "from", "to": "down to", "state": "", "why": "why"}),
        },
    }


def whole(chart: Chart) -> Json:
    """Return a chart's specification with what all have in common."""
    return {"$schema": SCHEMA, "description": f"{chart.title}. {chart.says}", "background": None, **chart.spec}


def _cells(rows: Sequence[Row], x: Json, *, y: str, order: Sequence[str], value: str, told: Mapping[str, str]) -> Json:
    return {
        "height": ROW * max(len(order), 1),
        "data": {"values": [*rows]},
        "mark": {"type": "rect", "color": STRONG, "tooltip": True, "stroke": "var(--card)"},
        "encoding": {
            "x": x,
            "y": {"field": y, "type": "nominal", "sort": [*order], "axis": _names()},
            "opacity": {"field": value, "type": "quantitative", "scale": {"range": [FAINTEST, 1]}, "legend": None},
            "tooltip": _told(told),
        },
    }


def _piled(rows: Iterable[Row], order: Sequence[str], what: str) -> list[Json]:
    """Put the rows of each time on one another, in the order of the series."""
    tops: dict[Any, int] = {}
    places = {name: number for number, name in enumerate(order)}
    found = []
    for row in sorted(rows, key=lambda each: (each["start"], places[each[what]])):
        low = tops.get(row["start"], 0)
        tops[row["start"]] = low + row["count"]
        found.append({**row, "low": low, "high": low + row["count"]})
    return found


def _time(name: str, step: int = 0) -> Json:
    """Return an axis of time; no tick stands within a step, in milliseconds."""
    axis = TIME_AXIS | ({"tickMinStep": step, "format": "%d %b"} if step >= DAY else {"format": "%d %b %H:%M"})
    return {"field": name, "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _series(name: str, order: Sequence[str]) -> Json:
    return {
        "field": name,
        "type": "nominal",
        "scale": {"domain": [*order], "range": COLOURS[: max(len(order), 1)]},
        "legend": _legend() if len(order) > 1 else None,
    }


def _legend() -> Json:
    return {"title": None, "orient": "top", "columns": {"expr": "max(1, floor(width / 110))"}, "labelLimit": 160}


def _names() -> Json:
    return {"title": None, "labelLimit": 150, "domain": False, "ticks": False, "labelPadding": 6}


def _told(names: Mapping[str, str]) -> list[Json]:
    return [{"field": name, "title": title or " "} for name, title in names.items()]
