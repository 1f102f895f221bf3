"""The work of processes that read an archive: they are told places, and read and unpack the bytes themselves."""

import traceback
from pathlib import Path
from typing import NamedTuple

import msgspec
from w3lib.encoding import http_content_type_encoding

from espreso_crawler.archive.reading.blocks import Head
from espreso_crawler.archive.reading.records import Files, Loaded
from espreso_crawler.archive.reading.scanning import scan
from espreso_crawler.archive.reading.stored import Found, StoredCapture
from espreso_crawler.archive.reading.volumes import Volume
from espreso_crawler.exceptions import UnreadableArchive
from espreso_crawler.reading import KEPT_HEADERS, Asked, PageWork, Preparation, Processes, Reading, Served


class ScanQuestion(NamedTuple):
    """Which captures of some hosts a volume has."""

    volume: Volume
    hosts: frozenset[str]
    spool: Path


class PageQuestion(NamedTuple):
    """What an archived page says."""

    capture: StoredCapture
    payload: StoredCapture | None
    """Where the body of a revisit is."""
    asked: bytes
    """What is known of it, as `asked` gives it."""


class Answer(msgspec.Struct):
    """The answer to one of the two."""

    reading: Reading | None = None
    found: Found | None = None
    size: int = 0
    """Bytes of the page, unpacked."""


_ENCODER, _ANSWER, _ASKED = msgspec.json.Encoder(), msgspec.json.Decoder(Answer), msgspec.json.Decoder(Asked)


class ArchiveWork:
    """Looking through volumes and reading of archived pages; a `Work`."""

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation
        self._pages = PageWork(preparation)
        self._files = Files()

    def __reduce__(self) -> tuple[type, tuple[Preparation]]:
        """Leave open files behind."""
        return type(self), (self._preparation,)

    def answer(self, question: ScanQuestion | PageQuestion) -> bytes:
        """Scan, or read a page."""
        try:
            if isinstance(question, ScanQuestion):
                return _ENCODER.encode(Answer(found=scan(*question)))
            asked = _ASKED.decode(question.asked)
            loaded = self._files.load(question.capture, question.payload)
            asked.served = served(loaded, decode_emails=asked.served.decode_emails)
            return b'{"size":%d,"reading":' % len(loaded.body) + self._pages.read(loaded.body, asked) + b"}"
        except (UnreadableArchive, OSError) as error:
            return _ENCODER.encode(self._told(question, str(error)))
        except Exception as error:  # noqa: BLE001  # a bug, and this question's alone
            return _ENCODER.encode(self._told(question, str(error), traceback.format_exc()))

    def body(self, capture: StoredCapture, payload: StoredCapture | None = None) -> bytes:
        """Return what a capture holds. Raises `UnreadableArchive`."""
        return self._files.load(capture, payload).body

    def decoded(self, answer: bytes) -> Answer:
        """Return an answer."""
        return _ANSWER.decode(answer)

    def failed(self, question: ScanQuestion | PageQuestion, error: str, bug: str | None = None) -> Answer:
        """Return the answer to a question on which workers ended: that nothing was found, and why."""
        if isinstance(question, ScanQuestion):
            return self._told(question, error, bug)
        return self._told(question, f"{question.capture.place}, {question.capture.url}: {error}", bug)

    def _told(self, question: ScanQuestion | PageQuestion, error: str, bug: str | None = None) -> Answer:
        if isinstance(question, ScanQuestion):
            name = question.volume.name
            return Answer(found=Found(flaws=[error if error.startswith(name) else f"{name}: {error}"]))
        return Answer(Reading(error=error, bug=bug))


class ArchivePool(Processes[Answer]):
    """Processes that read an archive."""

    work_type = ArchiveWork


def asked(asked: Asked) -> bytes:
    """Return what is known of a page, as a `PageQuestion` has it."""
    return _ENCODER.encode(asked)


def served(loaded: Loaded, *, decode_emails: bool) -> Served:
    """Return how an archived page was served, then."""
    return Served(
        url=loaded.url,
        fetched_at=loaded.at,
        charset=http_content_type_encoding(loaded.head.get("content-type")),
        http_status=loaded.head.status,
        decode_emails=decode_emails,
        is_rendered=loaded.is_rendered,
        headers=_kept(loaded.head),
    )


def _kept(head: Head) -> dict[str, str]:
    # A line each: what is addressed to one crawler in one line does not hold in the next.
    return {name: "\n".join(values) for name in KEPT_HEADERS if (values := head.all(name))}
