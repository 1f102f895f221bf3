"""What of an article counts when texts are compared: its story, without the background many reports share."""

import re
from functools import cache

from espreso_crawler.items import Article, Block
from espreso_crawler.vocabularies import vocabulary


def story(article: Article) -> list[str]:
    """Return the paragraphs of an article that tell what happened.

    Left out are paragraphs that repeat background, and lists at the end with the line that announces them.
    """
    blocks = [block for block in article.blocks if block.text and block.start is not None]
    if not blocks:
        return [part for part in (article.article_body or "").split("\n\n") if part and not _is_background(part)]
    told = blocks[: _end_of_story(blocks)] or blocks
    return [block.text for block in told if block.text and not _is_background(block.text)]


def _end_of_story(blocks: list[Block]) -> int:
    """Return how many blocks come before the list that the article ends with."""
    end = len(blocks)
    while end and blocks[end - 1].type == "list":
        end -= 1
    is_list = end < len(blocks)
    if is_list and end and _announces(blocks[end - 1].text or ""):
        end -= 1
    return end


def _announces(text: str) -> bool:
    return text.endswith(":") or _heading().fullmatch(text) is not None


def _is_background(text: str) -> bool:
    return _background().match(text) is not None or _heading().fullmatch(text) is not None


@cache
def _background() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary("boilerplate")["background"]["patterns"]), re.IGNORECASE | re.DOTALL)


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(vocabulary("boilerplate")["background"]["heading"], re.IGNORECASE)
