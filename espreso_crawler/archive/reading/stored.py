"""What a scan of an archive finds: plain data, so that it can cross processes."""

from datetime import datetime

import msgspec


class StoredCapture(msgspec.Struct, frozen=True):
    """One answer that an archive holds, without its body."""

    path: str
    """File that holds its record."""
    offset: int
    """Byte at which the record, or its gzip member, begins."""
    place: str
    """The same for people: of the file that was given."""
    url: str
    at: datetime
    """When it was captured, aware: ``WARC-Date``."""
    status: int
    media_type: str
    """Of ``Content-Type``, in lower case, without parameters."""
    location: str | None = None
    """Where a redirect leads, as it stands."""
    digest: str | None = None
    """``WARC-Payload-Digest``."""
    record_id: str | None = None
    is_revisit: bool = False
    """Whether its body is that of another record."""
    refers_to: str | None = None
    """Id of that record."""
    is_rendered: bool = False
    """Whether a browser built the document."""


class Found(msgspec.Struct):
    """What a volume holds."""

    captures: list[StoredCapture] = msgspec.field(default_factory=list)
    flaws: list[str] = msgspec.field(default_factory=list)
    """What cannot be read, a line each that names file and byte."""
    records: int = 0
    """Records of every kind and host."""
