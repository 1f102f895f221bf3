"""What can be told without any class or id: the body by its density, a feed by its shape, a text by its letters."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from espreso_crawler.pages.text.blocks import RawBlock
from espreso_crawler.processors import dates
from espreso_crawler.processors.text import clean, without_hidden_emails

NOT_BODY = frozenset({"header", "footer", "nav", "aside", "form", "noscript"})
SHORTEST_BODY = 80
ENOUGH_TEXT = 60
"""Characters of a text that contradicts what its page declares."""
CYRILLIC_SHARE = 0.4
"""Of a text's characters; a text of Cyrillic words alone has twice as many."""
ENOUGH_TELLING = 3
"""Letters of one Cyrillic language beyond those of the other."""
TIME_ONLY = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
FEWEST_ROWS = 3
# Elements around a row by which rows are told apart: real pages have half of them.
DEEPEST_SHAPE = 40
MOST_WORDS = 30  # texts of a row; a real one has a time, a label, a headline
HIGHEST_ROW = 6
LONGEST_HEADING = 40


@dataclass(slots=True)
class Row:
    """A feed row found by its shape: a time, one link, words."""

    heading: str
    """The day heading above it, as printed; one that cannot be read too."""
    time: str
    href: str
    words: list[str]
    """The row's other texts, in order: a label perhaps, and the headline."""


def densest_text(scope: LexborNode, glued: str | None) -> list[LexborNode]:
    """Return the element whose own paragraphs hold the most text, with its like beside it; none without such text.

    ``glued`` is the JSON-LD body: where it names any paragraph, those that it does not name count for nothing.
    """
    theirs = _squeezed(glued or "")
    outside: dict[int, bool] = {}
    paragraphs = [(node, _squeezed(node.text())) for node in scope.css("p, li") if not _is_outside_body(node, outside)]
    confirmed = [(node, text) for node, text in paragraphs if text and text in theirs]
    weights: Counter[int] = Counter()
    holders: dict[int, LexborNode] = {}
    for node, text in confirmed or paragraphs:
        holder = node.parent if node.tag == "p" or node.parent is None else node.parent.parent
        if holder is not None:
            # Menus are lists too: an item weighs half of a paragraph.
            weights[holder.mem_id] += len(text) * (2 if node.tag == "p" else 1)
            holders[holder.mem_id] = holder
    best = max(weights, key=lambda key: weights[key], default=None)
    return _with_its_like(holders[best], holders) if best is not None and weights[best] >= SHORTEST_BODY else []


def _with_its_like(best: LexborNode, holders: dict[int, LexborNode]) -> list[LexborNode]:
    """Return an element with those beside it of the same kind and classes: a body that a banner splits."""
    alike = (best.tag, best.attributes.get("class"), _parent_id(best))
    return [
        holder
        for key, holder in holders.items()
        if key == best.mem_id
        or (alike[1] and (holder.tag, holder.attributes.get("class"), _parent_id(holder)) == alike)
    ]


def _parent_id(node: LexborNode) -> int | None:
    return node.parent.mem_id if node.parent is not None else None


def without_lead(blocks: list[RawBlock], description: str | None, headline: str | None) -> list[RawBlock]:
    """Return blocks without the headline and lead that begin them when the container holds those too."""
    start = 0
    while start < len(blocks) and clean(blocks[start].text) in (description, headline) and blocks[start].text:
        start += 1
    return blocks[start:]


def paragraph(text: str | None) -> list[RawBlock]:
    """Return a text as one raw paragraph; none for no text."""
    line = clean(text)
    return [RawBlock("paragraph", text=without_hidden_emails(line))] if line else []


def language(text: str, declared: str = "") -> str:
    """Return the language of a text: by its script, and in Cyrillic by letters that only one language has.

    ``declared`` decides when the text has too few letters to contradict it.

    >>> language("Їжак"), language("Ёжик"), language("Hedgehog"), language("Meeting with Їжак in the town")
    ('uk', 'ru', 'en', 'en')
    >>> language("The mayor of the town has promised a new bridge over the river.", declared="uk")
    'en'
    """
    if declared and len(text) < ENOUGH_TEXT:
        return declared
    # A Cyrillic letter has two bytes, a Latin one has one: the cheapest way to tell which of them a text is made of.
    if len(text.encode("utf-8", "replace")) < (1 + CYRILLIC_SHARE) * len(text):
        return "en"
    lowered = text.lower()
    ukrainian, russian = (sum(map(lowered.count, letters)) for letters in ("іїєґ", "ыэъё"))
    if declared in ("uk", "ru") and abs(ukrainian - russian) < ENOUGH_TELLING:
        return declared
    return "uk" if ukrainian >= russian else "ru"


def feed_rows(tree: LexborHTMLParser) -> list[Row]:
    """Return the rows of a feed that no known markup shows: day headings, then rows with one time and one link each."""
    rows: list[tuple[tuple[str, ...], Row]] = []
    lines: list[str] = []
    heading: str | None = None
    for node in tree.root.traverse(include_text=True) if tree.root else ():
        line = clean(node.text_content) if node.tag == "-text" else None
        if not line or len(line) > LONGEST_HEADING:
            continue
        if TIME_ONLY.fullmatch(line):
            found = _row(node, line)
            if found and heading:
                rows.append((_shape(node), Row(heading, *found)))
            lines.clear()
        else:
            lines = [*lines[-1:], line]
            heading = _heading(lines, heading) or heading
    return _commonest_shape(rows)


def _is_outside_body(node: LexborNode, known: dict[int, bool]) -> bool:
    """Return whether an element lies in one that is no body; ``known`` has the answer for those walked through."""
    path = []
    up: LexborNode | None = node
    while up is not None and up.mem_id not in known and up.tag not in NOT_BODY:
        path.append(up.mem_id)
        up = up.parent
    answer = up is not None and known.get(up.mem_id, True)
    known.update(dict.fromkeys(path, answer))
    return answer


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _heading(lines: list[str], above: str | None) -> str | None:
    """Return a day heading, whose year line may stand before it; None for another line.

    A full date is an article's, not a feed's, unless a heading has begun the feed above it.
    """
    last = lines[-1]
    if not dates.is_only_date(last) or _is_year_line(last) or (dates.YEAR.search(last) and not above):
        return None
    return " ".join(lines) if _is_year_line(lines[0]) and not dates.YEAR.search(last) else last


def _is_year_line(line: str) -> bool:
    return dates.YEAR.match(line) is not None and dates.printed_day(line) is None


def _row(time_node: LexborNode, time: str) -> tuple[str, str, list[str]] | None:
    node = time_node.parent
    for _ in range(HIGHEST_ROW):
        if node is None or node.tag in ("body", "html"):
            return None
        links = {link.attributes.get("href") or "" for link in node.css("a[href]")}
        if links:
            texts = list(islice(_words(node), MOST_WORDS + 1))
            words = [word for word in texts if word != time]
            is_row = len(links) == 1 and words and len(texts) <= MOST_WORDS
            return (time, links.pop(), words) if is_row else None
        node = node.parent
    return None


def _words(node: LexborNode) -> Iterator[str]:
    for part in node.traverse(include_text=True):
        word = clean(part.text_content) if part.tag == "-text" else None
        if word:
            yield word


def _shape(node: LexborNode) -> tuple[str, ...]:
    tags: list[str] = []
    up = node.parent
    while up is not None and len(tags) < DEEPEST_SHAPE:
        tags.append(up.tag or "")
        up = up.parent
    return tuple(tags)


def _commonest_shape(rows: list[tuple[tuple[str, ...], Row]]) -> list[Row]:
    shapes = Counter(shape for shape, _ in rows)
    if not shapes:
        return []
    shape, count = shapes.most_common(1)[0]
    return [row for its, row in rows if its == shape] if count >= FEWEST_ROWS else []
