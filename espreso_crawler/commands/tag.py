"""``scrapy tag``: tags sealed articles again, with today's vocabularies, into a file beside them; no crawl."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from espreso_crawler.command import EspresoCommand
from espreso_crawler.exceptions import LedgerError
from espreso_crawler.export.later import tags_path
from espreso_crawler.extensions.vocabularies import tagger_of
from espreso_crawler.items import Article, Block, Image, Keyword
from espreso_crawler.ledger import LedgerCare
from espreso_crawler.object_path import ObjectPath, OutputPath
from espreso_crawler.places import places
from espreso_crawler.progress import tracking
from espreso_crawler.record import encode
from espreso_crawler.tagging import Tagger
from espreso_crawler.tagging.tagger import FIELDS

TEXT = (*FIELDS, "article_section")


class Command(EspresoCommand):
    """Writes ``output/tags/<vocabulary version>.jsonl``: id, revision, vocabulary_version, tags, cited_agencies."""

    purpose = "Tag sealed articles again with today's vocabularies"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument(
            "--after", type=int, default=0, metavar="N", help="only segments (sealed files) above this number"
        )
        parser.add_argument("--stdout", action="store_true", help="write to standard output instead of the file")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the sealed articles and write their tags."""
        output = places(self.given).output
        if not output.is_dir():
            raise LedgerError(f"{output}: there is no output folder; ESPRESO_OUTPUT names it")
        tagger = tagger_of(self.given)
        path = tags_path(output, tagger.version)
        with tracking(self.given["ESPRESO_PROGRESS"]) as track:
            lines = track(retagged(output, tagger, after=opts.after), "articles tagged")
            if opts.stdout:
                for line in lines:
                    sys.stdout.buffer.write(line)
                return
            count = _write(path, lines)
        print(f"{count} articles tagged in {path}")


def retagged(output: OutputPath, tagger: Tagger, *, after: int = 0) -> Iterator[bytes]:
    """Yield a line for every sealed article line that has a text, in the order of the output."""
    for sealed in LedgerCare.whole(output, after=after):
        record = orjson.loads(sealed.line)
        if record.get("headline") is None:
            continue  # removed, retracted or erased
        article = _article(record)
        tagger.tag(article)
        yield (
            encode(
                {
                    "id": record["id"],
                    "revision": record["revision"],
                    "vocabulary_version": article.vocabulary_version,
                    "tags": article.tags,
                    "cited_agencies": article.cited_agencies,
                }
            )
            + b"\n"
        )


def _article(record: dict[str, Any]) -> Article:
    """Return what tags are made from; everything else stays empty."""
    return Article(
        **{name: record[name] for name in TEXT},
        labels=record["labels"],
        keywords=[Keyword(keyword["name"]) for keyword in record["keywords"]],
        images=[Image(image["url"], image["role"], credit=image["credit"]) for image in record["images"]],
        blocks=[Block(block["type"], credit=block["credit"]) for block in record["blocks"] if block["credit"]],
    )


def _write(path: OutputPath, lines: Iterable[bytes]) -> int:
    """Write the lines and put the file into place whole; returns how many there were. Raises `LedgerError`."""
    count = 0
    try:
        if isinstance(path, ObjectPath):
            whole = b"".join(lines)
            path.write_bytes(whole)
            return whole.count(b"\n")
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            for line in lines:
                file.write(line)
                count += 1
        unfinished.replace(path)
    except OSError as error:
        raise LedgerError(
            f"{path}: {error.strerror}; free disk space or correct the permissions, then run scrapy tag again"
        ) from error
    return count
