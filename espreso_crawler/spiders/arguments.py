"""Spider arguments, typed: strings from the command line become values, or one clear line about what is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    model_validator,
)

from espreso_crawler import site
from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.identity import host_of
from espreso_crawler.processors.dates import kyiv

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
ACCEPTED = {
    "literal_error": "give one of {expected}",
    "int_parsing": "give a whole number from 1 on",
    "greater_than": "give a whole number from 1 on",
    "bool_parsing": "give true or false",
    "value_error": "{error}",
}
"""What is said of an error of pydantic's: what to give, as everywhere else."""
AGO = re.compile(r"(\d{1,6})([mhdw])")


def instant(text: str) -> datetime:
    """Return the moment of ``36h`` or ``7d`` (that long ago), an ISO date (its midnight) or date-time, naive = Kyiv.

    Raises ValueError, saying what is accepted.
    """
    ago = AGO.fullmatch(text.strip())
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            return kyiv(date.fromisoformat(text.strip()), time())
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise ValueError("give an ISO date or date-time such as 2026-01-31 or 2026-01-31T18:00, or 36h, 7d") from error
    return moment if moment.tzinfo else kyiv(moment.date(), moment.timetz())


def archive_path(text: str) -> Path:
    """Return the path of an archive. Raises ValueError for what is not there."""
    path = Path(text.strip()).expanduser()
    if not path.exists():
        raise ValueError("no such file or folder; give a WARC or WACZ file, or a folder of them")
    return path


def start_urls(text: str) -> tuple[str, ...]:
    """Return the addresses of a comma list, without their ``amp`` parameter. Raises ValueError for anything else."""
    return tuple(_start_url(part.strip()) for part in text.split(",") if part.strip())


if TYPE_CHECKING:
    EditionName = str
else:  # no type checker takes a Literal of a table; pydantic does, and names the editions in its error
    EditionName = Literal[(*site.CRAWLED_EDITIONS, "all")]
Edition = Annotated[
    EditionName | None,
    BeforeValidator(lambda text: text.strip().lower() if isinstance(text, str) else text),
]
Mode = Literal["never", "auto", "always"]
Instant = Annotated[datetime | None, BeforeValidator(lambda text: instant(text) if isinstance(text, str) else text)]
ArchivePath = Annotated[Path, BeforeValidator(lambda text: archive_path(text) if isinstance(text, str) else text)]
Hosts = Annotated[
    tuple[str, ...],
    BeforeValidator(
        lambda text: (
            tuple(part.strip().lower() for part in text.split(",") if part.strip()) if isinstance(text, str) else text
        )
    ),
]
StartUrls = Annotated[
    tuple[str, ...], BeforeValidator(lambda text: start_urls(text) if isinstance(text, str) else text)
]


class SpiderArguments(BaseModel):
    """What ``scrapy crawl SPIDER -a NAME=VALUE`` accepts, for every spider."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    since: Instant = None
    """Articles published at or after this: 2026-01-31, 2026-01-31T18:00 (Kyiv time), or 36h, 7d before now."""
    until: Instant = None
    """Articles published before this, in the same forms."""
    limit: PositiveInt | None = None
    """Fetch, or read from an archive, at most this many articles; the others stay pending."""
    job: str | None = Field(default=None, alias="_job")
    """Scrapyd's job id."""

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the arguments; raises `ArgumentError` that names each wrong one, what it was and what to do."""
        try:
            return cls(**given)
        except ValidationError as error:
            raise ArgumentError("; ".join(_line(each, cls.model_fields) for each in error.errors())) from error

    @model_validator(mode="after")
    def _span_is_open(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"since ({self.since.isoformat()}) is not before until ({self.until.isoformat()})")
        if self.since and self.since > datetime.now(UTC):
            raise ValueError(f"since ({self.since.isoformat()}) is in the future: nothing is published yet")
        return self

    def covers(self, published: datetime) -> bool:
        """Return whether a time of publication lies in the span asked for."""
        return (self.since is None or published >= self.since) and (self.until is None or published < self.until)

    def starts(self, path: str) -> tuple[str, ...]:
        """Return what the spider begins with; `path` is where an edition has it."""
        raise NotImplementedError

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts, with their ports, whose pages are read."""
        raise NotImplementedError


class CrawlArguments(SpiderArguments):
    """What a spider accepts that fetches pages."""

    start: StartUrls = ()
    """Addresses to begin with, with commas between: pages with a feed, sitemaps or RSS (default: the edition's own)."""
    edition: Edition = None
    """global (the default), ua, zahid or bc; or all: these four in one run."""

    def starts(self, path: str) -> tuple[str, ...]:
        """Return the addresses to begin with: those given, else this path of each edition that is crawled."""
        return self.start or tuple(f"https://{host}{path}" for host in self._edition_hosts)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts, with their ports, that the crawl stays on."""
        edition = () if self.start and not self.edition else self._edition_hosts
        return frozenset((*edition, *map(host_of, self.start)))

    @property
    def _edition_hosts(self) -> list[str]:
        names = site.CRAWLED_EDITIONS if self.edition == "all" else (self.edition or site.DEFAULT_EDITION,)
        return [site.HOST_OF_EDITION[name] for name in names]


class ArchiveArguments(SpiderArguments):
    """What ``scrapy crawl archive -a NAME=VALUE`` accepts beside that."""

    path: ArchivePath
    """WARC or WACZ file, or a folder of them."""
    edition: Edition = "all"
    """global, ua, zahid or bc: whose pages are read (default: all)."""
    host: Hosts = ()
    """Other hosts whose pages are read instead, with their ports and commas between."""

    def starts(self, path: str) -> tuple[str, ...]:  # noqa: ARG002  # of the base
        """Return the archive."""
        return (str(self.path),)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts, with their ports, whose pages are read; other sites in an archive are passed over."""
        names = site.CRAWLED_EDITIONS if self.edition in (None, "all") else (self.edition,)
        return frozenset(self.host or (site.HOST_OF_EDITION[str(name)] for name in names))


class ReadAlsoArguments(CrawlArguments):
    """What ``scrapy crawl read_also -a NAME=VALUE`` accepts in addition."""

    browser: Mode = "auto"
    """auto, never or always: whether to open start pages in a browser; auto: if only a script builds the feed."""


def _start_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an address: give one that begins with https:// and a host")
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "amp"]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _line(error: Any, fields: Iterable[str]) -> str:
    name = ".".join(map(str, error["loc"][:1]))
    if error["type"] == "missing":
        return f"{name} is missing: give -a {name}=..."
    reason = ACCEPTED.get(error["type"], "{msg}").format(msg=error["msg"], **error.get("ctx", {}))
    if error["type"] == "extra_forbidden":
        known = ", ".join(field for field in fields if field != "job")
        return f"unknown argument {name!r}: give one of {known}"
    return f"{name}={error['input']!r}: {reason}" if name else reason
