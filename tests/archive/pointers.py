"""Whether the records of an output point to their pages: looked up by warcio, not by the archive's own code."""

import gzip
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from espreso_crawler.archive.layout import find


def page_at(archive: Path, evidence: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the address and the unpacked body that a record points to."""
    path = find(archive, evidence["warc_file"])
    assert path is not None, evidence
    with path.open("rb") as file:
        file.seek(evidence["warc_offset"])
        record = next(ArchiveIterator(file, check_digests="raise"))
        assert record.rec_type == "response", record.rec_headers
        body = record.raw_stream.read()
        packed = record.http_headers.get_header("Content-Encoding") == "gzip"
        return record.rec_headers["WARC-Target-URI"], gzip.decompress(body) if packed else body


def assert_pointers_hold(archive: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Follow every pointer; returns how many there are."""
    count = 0
    for record in records:
        evidence = record["evidence"]
        if evidence["warc_file"] is not None:
            url, body = page_at(archive, evidence)
            assert evidence["payload_sha256"] == f"sha256:{sha256(body).hexdigest()}"
            assert url.partition("?")[0] == record["url"], record["url"]
            count += 1
    return count
