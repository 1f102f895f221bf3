"""The pages of an archive, by the records that point to them: for ``scrapy extract --from-archive``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from scrapy.settings import BaseSettings

from espreso_crawler.archive import Pointer, stored_answer
from espreso_crawler.archive.reading.work import served
from espreso_crawler.exceptions import ArchiveError, ConfigurationError, PageError
from espreso_crawler.items import Evidence
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.ledger_command import id_or_address
from espreso_crawler.pages import Page
from espreso_crawler.places import places


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
        pointer = Pointer(evidence.warc_file, evidence.warc_offset)
        try:
            loaded = stored_answer(folder, pointer)
        except ArchiveError as error:
            raise PageError(f"{asked}: {error}") from error
        loaded = loaded._replace(at=line.fetched_at or loaded.at)  # the answer came a little before it was read
        page = served(loaded, decode_emails=self.settings.getbool("ESPRESO_DECODE_EMAILS")).page(loaded.body)
        page.kept_at = pointer
        return page


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
