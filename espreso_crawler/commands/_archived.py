"""The pages of an archive, by the records that point to them: for ``scrapy extract --from-archive``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from scrapy.settings import BaseSettings
from w3lib.encoding import http_content_type_encoding

from espreso_crawler.archive import Pointer, stored_answer
from espreso_crawler.exceptions import ArchiveError, ConfigurationError, PageError
from espreso_crawler.items import Evidence
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger_command import id_or_address
from espreso_crawler.pages import Page
from espreso_crawler.places import places
from espreso_crawler.reading import KEPT_HEADERS


class Line(msgspec.Struct):
    """What is read of a line of the output."""

    id: str
    url: str | None
    fetched_at: datetime | None
    evidence: Evidence


LINES = msgspec.json.Decoder(Line)


@dataclass
class Archived:
    """The newest revisions of articles, and the archive that they point into."""

    settings: BaseSettings
    found: Mapping[str, Line]
    """By what was asked for: id or address."""

    def page(self, asked: str) -> Page:
        """Return the page behind a record. Raises `PageError` when there is no such record, or no page of it."""
        line, folder = self.found.get(asked), places(self.settings).archive
        if line is None:
            raise PageError(f"{asked}: no record of this id or address is in the output")
        evidence = line.evidence
        if evidence.warc_file is None or evidence.warc_offset is None or folder is None:
            raise PageError(f"{asked}: its page was not kept in an archive")
        try:
            answer = stored_answer(folder, Pointer(evidence.warc_file, evidence.warc_offset))
        except ArchiveError as error:
            raise PageError(f"{asked}: {error}") from error
        return Page.read(
            answer.body,
            url=answer.url,
            fetched_at=line.fetched_at or answer.at,
            charset=http_content_type_encoding(answer.head.get("content-type") or ""),
            http_status=answer.head.status,
            decode_emails=self.settings.getbool("ESPRESO_DECODE_EMAILS"),
            is_rendered=answer.is_rendered,
            headers={name: "\n".join(answer.head.all(name)) for name in KEPT_HEADERS},
        )


def archived(asked: Sequence[str], settings: BaseSettings) -> Archived:
    """Look records up in the output. Raises `ConfigurationError` without an archive, ValueError for a wrong address."""
    where = places(settings)
    if where.archive is None:
        raise ConfigurationError("ESPRESO_ARCHIVE is not set: it names the folder of the archive")
    names = {id_or_address(each): each for each in asked}
    found: dict[str, Any] = {}
    for sealed in LedgerCare.whole(where.output):
        if any(name.encode() in sealed.line for name in names):
            line = LINES.decode(sealed.line)
            found |= {names[key]: line for key in (line.id, line.url) if key in names}
    return Archived(settings, found)
