"""Scrapy's feed exporter, opened where a copy is finished: its own logs a traceback and goes on."""

from typing import IO, Any

from scrapy import Spider
from scrapy.extensions.feedexport import FeedExporter, FeedSlot

TRIED = {"Scrapy": "2.19.0"}


class OpenFeedExporter(FeedExporter):
    """Finishes each copy by `finish`."""

    async def finish(self, slot: FeedSlot) -> None:
        """Finish a copy."""
        raise NotImplementedError

    def file_of(self, slot: FeedSlot) -> IO[Any]:
        """Return a copy's file."""
        file: IO[Any] = self._get_file(slot)
        return file

    async def _close_slot(self, slot: FeedSlot, spider: Spider) -> None:  # noqa: ARG002  # Scrapy's
        await self.finish(slot)
