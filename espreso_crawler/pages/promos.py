"""Which blocks of a body are not its story: boilerplate, and links to other articles with the label above them."""

from espreso_crawler.pages.text.blocks import RawBlock
from espreso_crawler.processors.text import announces_links, boilerplate, links_label


def without_promos(blocks: list[RawBlock]) -> list[RawBlock]:
    """Return the blocks of the story. A label takes the links along that follow it; without any it may be a subhead."""
    kept: list[RawBlock] = []
    at = 0
    while at < len(blocks):
        block = blocks[at]
        at += 1
        text = (block.text or "").replace("\n", " ")
        if not text or block.type in ("embed", "video"):
            kept.append(block)
        elif announces_links(text):
            end = _end_of_links(blocks, at)
            if end == at and boilerplate(text) is None:
                kept.append(block)
            at = end
        elif not (_is_boilerplate(block, text) or _is_label_with_links(block, text)):
            kept.append(block)
    return kept


def _end_of_links(blocks: list[RawBlock], at: int) -> int:
    while at < len(blocks) and _is_linked(blocks[at], 0):
        at += 1
    return at


def _is_boilerplate(block: RawBlock, text: str) -> bool:
    """Return whether a block is boilerplate as a whole, or, for a list, all of its items are."""
    kind = boilerplate(text)
    if kind == "banner" and block.type == "heading":
        return False
    return kind is not None or (bool(block.items) and all(map(boilerplate, block.items)))


def _is_label_with_links(block: RawBlock, text: str) -> bool:
    end = links_label(text) if block.links else 0
    return end > 0 and _is_linked(block, end)


def _is_linked(block: RawBlock, start: int) -> bool:
    """Return whether a block is nothing but links from a place on, but for a mark or two at each."""
    if block.type == "image":
        return bool(block.links)
    linked = sum(link.end - max(link.start, start) for link in block.links if link.end > start)
    return linked > 0 and linked >= len(block.text or "") - start - 2 * len(block.links)
