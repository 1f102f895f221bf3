"""Pipelines as users write them, for real crawls: copies, other items, drops, and mistakes."""

import copy
from dataclasses import fields, replace
from typing import Any

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem

from espreso_crawler.items import Article


class Replaces:
    def process_item(self, item: Article) -> Article:
        return replace(item, author_note="seen by a pipeline")


class Copies:
    def process_item(self, item: Article) -> Article:
        return copy.copy(item)


class DeepCopies:
    async def process_item(self, item: Article) -> Article:
        return copy.deepcopy(item)


class Rebuilds:
    def process_item(self, item: Article) -> Article:
        return Article(**{field.name: getattr(item, field.name) for field in fields(item)})


class GivesItsDict:
    def process_item(self, item: Article, spider: Any) -> dict[str, Any]:
        assert spider.name
        return dict(ItemAdapter(item).asdict())


class GivesAShallowDict:
    def process_item(self, item: Article) -> dict[str, Any]:
        return dict(ItemAdapter(item))


class TakesADict:
    """A second pipeline, which gets what the first returned."""

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        return item | {"author_note": "seen by a pipeline"}


class Drops:
    def process_item(self, item: Article) -> Article:
        raise DropItem(f"not of interest: {item.url}")


class ForgetsToReturn:
    def process_item(self, item: Article) -> None:
        item.headline = f"{item.headline}"


class GivesText:
    def process_item(self, item: Article) -> str:
        return item.headline or ""


class AddsToItsDict:
    def process_item(self, item: Article) -> dict[str, Any]:
        return dict(ItemAdapter(item)) | {"word_count": 7}


class Fails:
    def process_item(self, item: Article) -> Article:
        raise KeyError(f"a mistake at {item.url}")


class ReplacesInCallback:
    """A spider middleware that yields articles of its own making."""

    async def process_spider_output(self, response: Any, result: Any) -> Any:
        async for each in result:
            yield replace(each, author_note=response.url) if isinstance(each, Article) else each
