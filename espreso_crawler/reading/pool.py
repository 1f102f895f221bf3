"""Article pages read in processes beside the crawl's own, by the same function as there."""

import traceback

import msgspec

from espreso_crawler.reading.article_page import Asked, Reading, read
from espreso_crawler.reading.preparation import Preparation
from espreso_crawler.reading.processes import Processes

# JSON keeps the offset of a time, MessagePack does not; pickle takes five times as long for an article.
_ENCODER, _ASKED, _READING = msgspec.json.Encoder(), msgspec.json.Decoder(Asked), msgspec.json.Decoder(Reading)

Question = tuple[bytes, bytes]
"""A page's body, and its `Asked` as JSON."""


class PageWork:
    """Reading of pages; a `Work`."""

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation

    def answer(self, question: Question) -> bytes:
        """Read a page."""
        body, asked = question
        return self.read(body, _ASKED.decode(asked))

    def read(self, body: bytes, asked: Asked) -> bytes:
        """Read a page, and prepare the article on it."""
        try:
            reading = read(body, asked)
            if reading.article is not None:
                reading.prepared = self._preparation.of(reading.article)
            return _ENCODER.encode(reading)
        except Exception as error:  # noqa: BLE001  # a bug, and this page's alone
            return _ENCODER.encode(self.broken(asked, str(error), traceback.format_exc()))

    def decoded(self, answer: bytes) -> Reading:
        """Return a reading."""
        return _READING.decode(answer)

    def failed(self, question: Question, error: str, bug: str | None = None) -> Reading:
        """Return the reading of a page that was not read."""
        return self.broken(_ASKED.decode(question[1]), error, bug)

    def broken(self, asked: Asked, error: str, bug: str | None) -> Reading:
        """Return the same, of a page that has been asked for."""
        return Reading(error=f"{asked.served.url}: {error}", bug=bug)


class Pool(Processes[Reading]):
    """Processes that read pages. A page on which two processes end is read as broken."""

    work_type = PageWork

    async def read(self, body: bytes, asked: Asked) -> Reading | None:
        """Read a page; None when no process can be had."""
        return await self.ask((body, _ENCODER.encode(asked)))
