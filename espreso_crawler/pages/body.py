"""An article's body from its raw blocks: boilerplate out, author note apart, one text with offsets into it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from espreso_crawler.items import Block, Image, Link
from espreso_crawler.pages.promos import without_promos
from espreso_crawler.pages.text.blocks import RawBlock
from espreso_crawler.pages.text.run import RunLink
from espreso_crawler.processors.captions import caption_and_credit, is_credit
from espreso_crawler.processors.text import announces_author_note, announces_links, boilerplate, is_author_note, value

SEPARATOR = "\n\n"
# A column's tail is its last few blocks; the same words further up belong to the story.
LONGEST_TAIL = 6
# A bold paragraph between two that are not is a question of an interview, as long as one may be.
LONGEST_QUESTION = 600
TEXTS = ("paragraph", "heading", "quote", "list")
TIME_ONLY = re.compile(r"(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9]")
TIME_BORDER = re.compile("[:.]")
MOST_MIDNIGHTS = 1


@dataclass(slots=True)
class Body:
    """The body as the record holds it."""

    blocks: list[Block] = field(default_factory=list)
    text: str = ""
    links: list[Link] = field(default_factory=list)
    author_note: str | None = None
    images: list[Image] = field(default_factory=list)
    is_live: bool = False
    """Whether it has the shape of a live blog: posts under their times, the newest first."""


def body(raw: list[RawBlock]) -> Body:
    """Return the body that raw blocks make."""
    kept = without_promos(list(_lines(raw)))
    tail = _author_tail(kept)
    note = [block.text for block in kept if id(block) in tail and block.text]
    story = list(_rejoined([block for block in kept if id(block) not in tail]))
    _mark_questions(story)
    result = _assembled(list(_with_credits(story)))
    result.author_note = SEPARATOR.join(note) or None
    result.is_live = _is_live(story)
    return result


def _lines(raw: Iterable[RawBlock]) -> Iterator[RawBlock]:
    """Yield the blocks; one that says something else than the story in a line of its own, line by line."""
    for block in raw:
        lines = block.text.split("\n") if block.text and block.type in ("paragraph", "heading", "quote") else []
        if len(lines) > 1 and any(map(_is_aside, lines)):
            yield from _split(block, lines)
        else:
            yield block


def _is_aside(line: str) -> bool:
    return bool(boilerplate(line)) or is_author_note(line) or announces_links(line)


def _split(block: RawBlock, lines: list[str]) -> Iterator[RawBlock]:
    start = 0
    for line in lines:
        end = start + len(line)
        links = [
            RunLink(link.url, max(link.start, start) - start, min(link.end, end) - start)
            for link in block.links
            if link.start < end and link.end > start
        ]
        if line:
            yield replace(block, text=line, links=links, line_of=block)
        start = end + 1


def _rejoined(blocks: list[RawBlock]) -> Iterator[RawBlock]:
    """Yield the blocks; lines of one block as one again."""
    for _, group in groupby(blocks, key=lambda block: id(block.line_of or block)):
        first, *others = group
        for other in others:
            shift = len(first.text or "") + 1
            first.links += [RunLink(link.url, link.start + shift, link.end + shift) for link in other.links]
            first.text = f"{first.text}\n{other.text}"
        yield first


def _author_tail(blocks: list[RawBlock]) -> set[int]:
    """Return the blocks (by `id`) that are a column's author note and disclaimer."""
    texts = [block for block in blocks if block.text and block.type in TEXTS]
    last = texts[-LONGEST_TAIL:]
    tail: set[int] = set()
    after_heading = False
    for block in last:
        text = (block.text or "").replace("\n", " ")
        if is_author_note(text) or after_heading:
            tail.add(id(block))
            after_heading = announces_author_note(text)
    return tail if len(tail) < len(texts) else set()


def _mark_questions(story: list[RawBlock]) -> None:
    texts = [block for block in story if block.type in TEXTS]
    for before, block, after in zip(texts, texts[1:], texts[2:], strict=False):
        is_long_bold = block.is_bold and block.type == "paragraph" and len(block.text or "") <= LONGEST_QUESTION
        if is_long_bold and not before.is_bold and not after.is_bold and after.type != "heading":
            block.type = "heading"


def _with_credits(story: Iterable[RawBlock]) -> Iterator[RawBlock]:
    """Yield the blocks; a paragraph under a picture that is nothing but its credit goes to the picture."""
    last: RawBlock | None = None
    for block in story:
        if (
            last
            and last.type in ("image", "video")
            and block.type in ("paragraph", "heading")
            and is_credit(block.text)
        ):
            last.caption = [*last.caption, block.text or ""]
            continue
        yield block
        last = block


def _is_live(story: list[RawBlock]) -> bool:
    times = [
        tuple(map(int, TIME_BORDER.split(block.text)))
        for block in story
        if block.text and block.type in ("paragraph", "heading") and TIME_ONLY.fullmatch(block.text)
    ]
    later = sum(below > above for above, below in pairwise(times))  # a programme goes down the page, as the day does
    return len(times) > 1 and times[0] > times[1] and later <= MOST_MIDNIGHTS


def _assembled(story: list[RawBlock]) -> Body:
    result = Body()
    texts: list[str] = []
    at = 0
    for raw in story:
        block = Block(raw.type, raw.level, raw.text, raw.items, raw.url, provider=raw.provider)
        if raw.type in ("image", "video"):
            block.caption, block.credit = caption_and_credit(raw.caption)
        if raw.type == "image":
            result.images.append(Image(raw.url or "", "inline", block.caption, block.credit, value(raw.alt)))
        elif raw.text and raw.type not in ("embed", "video"):
            block.start, block.end = at, at + len(raw.text)
            result.links += [
                Link(link.url, raw.text[link.start : link.end], at + link.start, at + link.end) for link in raw.links
            ]
            texts.append(raw.text)
            at = block.end + len(SEPARATOR)
        result.blocks.append(block)
    result.text = SEPARATOR.join(texts)
    return result
