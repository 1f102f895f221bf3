"""Archives for tests, written by warcio: pages of the site among those of others, packed in every way."""

import base64
import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.builders import Facts, article_html

HTML = "text/html; charset=utf-8"


@dataclass
class Shot:
    """One capture that a test writes."""

    url: str
    at: datetime
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    revisit_of: str | None = None
    """Address of an earlier capture with the same payload; then only the head is written."""


def page(number: int, at: datetime, **facts: str) -> Shot:
    """Return a capture of an article of the site."""
    url = f"https://global.espreso.tv/news-number-{number}"
    own = Facts(**{"url": url, "entity_id": str(900_000 + number), "headline": f"Story {number}"} | facts)  # type: ignore[arg-type]
    return Shot(url, at, article_html(own).encode())


def foreign(number: int, at: datetime, size: int = 2_000) -> Shot:
    """Return a capture of another site's page."""
    return Shot(f"https://news.example/{number}", at, b"<html><body>" + b"elsewhere " * (size // 10))


def warc(shots: Iterable[Shot], *, gzipped: bool = True) -> bytes:
    """Return captures as a WARC file, plain or with a gzip member a record."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    for shot in shots:
        headers = {"Content-Type": HTML, **shot.headers}
        head = StatusAndHeaders(f"{shot.status} X", list(headers.items()), protocol="HTTP/1.1")
        date = shot.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if shot.revisit_of:
            digest = f"sha1:{base64.b32encode(sha1(shot.body, usedforsecurity=False).digest()).decode()}"
            record = writer.create_revisit_record(shot.url, digest, shot.revisit_of, date, http_headers=head)
            record.rec_headers.replace_header("WARC-Date", date)
        else:
            record = writer.create_warc_record(
                shot.url, "response", io.BytesIO(shot.body), http_headers=head, warc_headers_dict={"WARC-Date": date}
            )
        writer.write_record(record)
    return out.getvalue()


def packed_whole(shots: Iterable[Shot]) -> bytes:
    """Return captures as a WARC file that is one gzip member."""
    return gzip.compress(warc(shots, gzipped=False))


def wacz(path: Path, shots: Iterable[Shot], *, is_stored: bool = True) -> Path:
    """Write captures as a WACZ."""
    how = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", how) as packed:
        packed.writestr("archive/data.warc.gz", warc(shots))
        packed.writestr("datapackage.json", "{}")
    return path
