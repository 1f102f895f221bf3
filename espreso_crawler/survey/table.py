"""A survey's findings for people, in 80 columns or more; without colour where nobody sees it."""

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from espreso_crawler.survey.findings import FieldCount, Findings, Reading
from espreso_crawler.survey.verdict import is_readable, verdict

MARKS = {"ok": ("✓", "green"), "missing": ("–", "dim"), "bad": ("✗", "bold red")}
MOST_SHOWN = 12


def show(found: Findings, console: Console) -> None:
    """Print the findings of one edition."""
    console.rule(Text.assemble((found.edition, "bold"), "  ", found.start), style="dim")
    parts: list[RenderableType] = [_places(found)]
    if found.read:
        parts.append(_fields(found))
    parts += [*_words(found), Panel(_verdict(found), title="Verdict", title_align="left", box=box.ROUNDED)]
    for part in parts:
        console.print(part)
        console.print()


def _places(found: Findings) -> Table:
    table = _table("Where", "What was found")
    for place in found.places:
        mark, style = MARKS[place.state]
        table.add_row(Text(place.name, "bold"), Text.assemble((mark, style), " ", place.says))
    mark, style = MARKS["ok" if found.read and len(found.read) == len(found.articles) else "bad"]
    says = f"{len(found.read)} of {len(found.articles)} read"
    table.add_row(Text("articles", "bold"), Text.assemble((mark, style), " ", says))
    return table


def _fields(found: Findings) -> Table:
    table = _table("Field", "Filled", "From", "Agree", "For example")
    table.columns[4].no_wrap, table.columns[4].overflow = True, "ellipsis"
    for name in (0, 1, 3):
        table.columns[name].no_wrap = True
    for count in found.fields:
        table.add_row(Text(count.name, "bold"), _filled(count, len(found.read)), _sources(count), _agree(count),
                      Text(count.example or "", "dim"))  # fmt: skip
    return table


def _filled(count: FieldCount, of: int) -> Text:
    return Text(f"{count.filled}/{of}", "green" if count.filled == of else "yellow" if count.filled else "dim")


def _sources(count: FieldCount) -> str:
    if len(count.sources) == 1:
        return next(iter(count.sources))
    return ", ".join(f"{source} {number}" for source, number in count.sources.most_common())


def _agree(count: FieldCount) -> Text:
    if count.differing:
        return Text(f"{count.differing} differ", "bold red")
    return Text(f"{count.agreeing}/{count.filled}" if count.agreeing else "")


def _words(found: Findings) -> Iterator[RenderableType]:
    seen = _table("Seen", "")
    for name, counts in (("labels in feed", found.feed_labels), ("labels", found.labels), ("rubrics", found.sections)):
        seen.add_row(Text(name, "bold"), _counted(counts) or Text("none", "dim"))
    unknown = (
        ("labels", found.unknown.labels),
        ("day headings", found.unknown.headings),
        ("elements", found.unknown.elements),
        ("embeds of", found.unknown.embeds),
    )
    for name, counts in unknown:
        if counts:
            seen.add_row(Text(f"unknown {name}", "bold yellow"), _counted(counts))
    if not found.unknown:
        seen.add_row(Text("not understood", "bold"), Text("nothing", "green"))
    yield seen
    doubtful = [each for each in found.articles if each.doubts or each.problem]
    if doubtful:
        yield _doubtful(doubtful)


def _doubtful(articles: list[Reading]) -> Table:
    table = _table("Not right", "Why")
    for each in articles:
        table.add_row(Text(each.url, overflow="fold"), "; ".join(each.doubts) or each.problem or "")
    return table


def _counted(counts: Counter[str]) -> str:
    shown = [f"{name} {count}" for name, count in counts.most_common(MOST_SHOWN)]
    more = [f"and {len(counts) - MOST_SHOWN} more"] if len(counts) > MOST_SHOWN else []
    return ", ".join(shown + more)


def _verdict(found: Findings) -> Group:
    style = "bold green" if is_readable(found) and len(found.sure) == len(found.articles) else "bold yellow"
    first, *others = verdict(found)
    return Group(Text(first, style if is_readable(found) else "bold red"), *map(Text, others))


def _table(*heads: str) -> Table:
    table = Table(*heads, box=box.SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False, header_style="dim")
    table.columns[0].min_width = 15
    table.columns[-1].ratio = 1
    return table
