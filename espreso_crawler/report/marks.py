"""A text cut into runs, so that tags and links are marked in place and the browser counts no letters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Run = str | list[Any]
"""Plain text, or ``[text, tag or None, link or None]``."""


class Span(NamedTuple):
    """A part of a text, in code points, and what it is marked as: a tag's number or a link's address."""

    start: int
    end: int
    mark: Any


def runs(text: str, tags: Iterable[Span], links: Iterable[Span] = (), *, start: int = 0) -> list[Run]:
    """Return a text's runs; spans count from `start`, the longest of those that overlap wins.

    >>> runs("To Kharkiv region", [Span(3, 10, 0), Span(3, 17, 1)])
    ['To ', ['Kharkiv region', 1, None]]
    """
    end = start + len(text)
    tags, links = _inside(tags, start, end), _inside(links, start, end)
    cuts = sorted({start, end, *(edge for span in (*tags, *links) for edge in span[:2])})
    found: list[Run] = []
    for low, high in pairwise(cuts):
        part, marks = text[low - start : high - start], [_mark(tags, low, high), _mark(links, low, high)]
        before = found[-1] if found else None
        if marks == [None, None]:
            found.append(part)
        elif isinstance(before, list) and before[1:] == marks:
            before[0] += part
        else:
            found.append([part, *marks])
    return found


def blocks(record: Mapping[str, Any], tags: Sequence[Span]) -> Iterator[list[Any]]:
    """Yield an article's blocks: type, level, lines of runs, and caption, credit and address where it has them."""
    body = record["article_body"] or ""
    links = [Span(link["start"], link["end"], link["url"]) for link in record["links"]]
    for block in record["blocks"]:
        lines: list[list[Run]] = []
        if block["start"] is not None:
            place = block["start"]
            for line in body[block["start"] : block["end"]].split("\n"):
                lines.append(runs(line, tags, links, start=place))
                place += len(line) + 1
        elif block["text"]:
            lines.append([block["text"]])
        yield [block["type"], block["level"], lines, block["caption"], block["credit"], block["url"]]


def _inside(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Return the spans within a text, the longest first."""
    return sorted((each for each in spans if start <= each.start < each.end <= end), key=lambda each: each[0] - each[1])


def _mark(spans: Sequence[Span], low: int, high: int) -> Any:
    return next((each.mark for each in spans if each.start <= low and high <= each.end), None)
