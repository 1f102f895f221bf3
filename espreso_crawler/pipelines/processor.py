"""Scrapy's pipelines, your own among them: whatever a pipeline returns keeps the capture of the item that it got."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

import msgspec
from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred

from espreso_crawler.exceptions import ContractBroken
from espreso_crawler.extensions.captures import Capture, attach, capture_of
from espreso_crawler.items import Article

OURS = "espreso_crawler."
NAMES = frozenset(field.name for field in fields(Article))
WANTED = (
    "return the Article that it was given, a copy of it (dataclasses.replace), or its fields as a dict; "
    "raise DropItem to leave it out"
)


class Step(NamedTuple):
    """One pipeline's `process_item`."""

    name: str
    call: Callable[..., Any]
    is_ours: bool
    wants_spider: bool
    """Whether it has the second argument that Scrapy's pipelines had before 2.13."""


class ItemProcessor(ItemPipelineManager):
    """Scrapy's item pipelines, for ``ITEM_PROCESSOR``; items that are no articles pass as usual.

    The project's own pipelines always get an `Article` with its capture, also when a pipeline before them returned a
    copy, a new article or a dict. Raises `ContractBroken`, with the name of the pipeline, for anything else that one
    returns before the project's last; after that, what is returned goes to the exporters only.
    """

    def __init__(self, *pipelines: Any, crawler: Crawler) -> None:
        super().__init__(*pipelines, crawler=crawler)
        steps = [_step(each) for each in pipelines if hasattr(each, "process_item")]
        last = max((place for place, step in enumerate(steps) if step.is_ours), default=-1)
        self._until_written, self._after = steps[: last + 1], steps[last + 1 :]
        self._is_to_write = bool(self._until_written) and crawler.settings.getbool("ESPRESO_EMIT", default=True)

    async def process_item_async(self, item: Any) -> Any:
        """Return the item as the last pipeline returned it."""
        capture = capture_of(item)
        if capture is None:
            if isinstance(item, Article):
                raise ContractBroken(
                    f"{item.url}: a spider or spider middleware yielded this article without its capture (feed entry, "
                    "addresses, digests); yield the Article that the spider made, or a copy.copy of it"
                )
            return await super().process_item_async(item)
        before = "spider"
        for step in self._until_written:
            given = _article(item, capture, before) if step.is_ours else item
            item, before = await self._done(step, given), step.name
            if not isinstance(item, Article | Mapping | ItemAdapter):
                raise _broken(before, capture, f"returned {'None' if item is None else type(item).__qualname__}")
        if self._is_to_write and not capture.is_told:
            raise _broken("ITEM_PIPELINES", capture, "has no EmitPipeline", "nothing else writes articles")
        for step in self._after:
            item = await self._done(step, item)
        return item

    async def _done(self, step: Step, item: Any) -> Any:
        spider = (self.crawler.spider,) if step.wants_spider and self.crawler else ()
        result = step.call(item, *spider)
        if isinstance(result, Deferred):
            return await maybe_deferred_to_future(result)
        return await result if inspect.isawaitable(result) else result


def _step(pipeline: Any) -> Step:
    cls, call = type(pipeline), pipeline.process_item
    second = list(inspect.signature(call).parameters.values())[1:2]
    return Step(
        f"{cls.__module__}.{cls.__qualname__}.process_item",
        call,
        is_ours=any(each.__module__.startswith(OURS) for each in cls.__mro__),
        wants_spider=bool(second) and second[0].default is inspect.Parameter.empty and second[0].name == "spider",
    )


def _article(item: Any, capture: Capture, pipeline: str) -> Article:
    """Return what a pipeline returned as an article with its capture."""
    if isinstance(item, Article):
        return item if capture_of(item) is capture else attach(item, capture)
    values = dict(item)
    if unknown := values.keys() - NAMES:
        raise _broken(pipeline, capture, f"returned a dict with {', '.join(sorted(map(str, unknown)))}, no such fields")
    try:
        return attach(msgspec.convert(values, Article, from_attributes=True), capture)
    except msgspec.ValidationError as error:
        raise _broken(pipeline, capture, f"returned a dict that is not an article ({error})") from error


def _broken(culprit: str, capture: Capture, what: str, advice: str = WANTED) -> ContractBroken:
    subject = capture.entry_url or capture.recheck
    return ContractBroken(f"{subject}: {culprit} {what}; {advice}")
