"""An article's body from its raw blocks: boilerplate out, author note apart, one text with offsets into it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from espreso_crawler.items import Block, Image, Link
from espreso_crawler.pages.blocks import RawBlock
from espreso_crawler.processors.captions import caption_and_credit
from espreso_crawler.processors.text import (
    announces_author_note,
    boilerplate,
    is_author_note,
)

SEPARATOR = "\n\n"
# A column's tail is its last few blocks; the same words further up belong to the story.
LONGEST_TAIL = 6


@dataclass(slots=True)
class Body:
    """The body as the record holds it."""

    blocks: list[Block] = field(default_factory=list)
    text: str = ""
    links: list[Link] = field(default_factory=list)
    author_note: str | None = None
    images: list[Image] = field(default_factory=list)


def body(raw: list[RawBlock]) -> Body:
    """Return the body that raw blocks make."""
    kept = list(_without_boilerplate(raw))
    tail = _author_tail(kept)
    note = [block.text for block in kept if id(block) in tail and block.text]
    story = [block for block in kept if id(block) not in tail]
    result = _assembled(story)
    result.author_note = SEPARATOR.join(note) or None
    return result


def _without_boilerplate(raw: Iterable[RawBlock]) -> Iterator[RawBlock]:
    announced = False
    for block in raw:
        if block.text and block.type not in ("embed", "video"):
            kind = _boilerplate_kind(block)
            # "Read also:" on a line of its own announces a block of nothing but links.
            promo_links, announced = (
                announced and _is_all_link(block),
                kind == "promo" and block.text.endswith(":"),
            )
            if kind or promo_links:
                continue
        yield block


def _boilerplate_kind(block: RawBlock) -> str | None:
    """Return which boilerplate a block is as a whole, or, for a list, all of its items are."""
    whole = boilerplate((block.text or "").replace("\n", " "))
    return whole or (boilerplate(block.items[0]) if all(map(boilerplate, block.items)) and block.items else None)


def _is_all_link(block: RawBlock) -> bool:
    linked = sum(link.end - link.start for link in block.links)
    return linked > 0 and linked >= len(block.text or "") - 2 * len(block.links)


def _author_tail(blocks: list[RawBlock]) -> set[int]:
    """Return the blocks (by `id`) that are a column's author note and disclaimer."""
    texts = [block for block in blocks if block.text and block.type in ("paragraph", "heading", "quote", "list")]
    last = texts[-LONGEST_TAIL:]
    tail: set[int] = set()
    after_heading = False
    for block in last:
        text = (block.text or "").replace("\n", " ")
        if is_author_note(text) or after_heading:
            tail.add(id(block))
            after_heading = announces_author_note(text)
    return tail if len(tail) < len(texts) else set()


def _assembled(story: list[RawBlock]) -> Body:
    result = Body()
    texts: list[str] = []
    at = 0
    for raw in story:
        block = Block(raw.type, raw.level, raw.text, raw.items, raw.url, provider=raw.provider)
        if raw.type == "image":
            _add_image(block, raw, result)
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


def _add_image(block: Block, raw: RawBlock, result: Body) -> None:
    block.caption, block.credit = caption_and_credit([raw.caption])
    result.images.append(Image(raw.url or "", "inline", block.caption, block.credit, raw.alt))
