"""Spider arguments, typed: strings from the command line in, values or one clear line about what is wrong out."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
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

from espreso_crawler.exceptions import ArgumentError
from espreso_crawler.identity import HOST_OF_EDITION, host_of
from espreso_crawler.processors.dates import kyiv

DEFAULT_EDITION = "global"
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
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


def start_urls(text: str) -> tuple[str, ...]:
    """Return the addresses of a comma list, without their ``amp`` parameter. Raises ValueError for one that is none."""
    return tuple(_start_url(part.strip()) for part in text.split(",") if part.strip())


Instant = Annotated[datetime | None, BeforeValidator(lambda text: instant(text) if isinstance(text, str) else text)]
StartUrls = Annotated[
    tuple[str, ...], BeforeValidator(lambda text: start_urls(text) if isinstance(text, str) else text)
]


class ReadAlsoArguments(BaseModel):
    """What ``scrapy crawl read_also -a NAME=VALUE`` accepts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: StartUrls = ()
    """Pages whose feed is read first; default: the edition's ``/news``."""
    edition: Literal["global", "ua", "zahid", "bc"] | None = None
    """Edition to crawl: short for ``start=https://<its host>/news``."""
    since: Instant = None
    """Articles published at or after this."""
    until: Instant = None
    """Articles published before this."""
    limit: PositiveInt | None = None
    """Fetch at most so many articles; the rest stays pending."""
    browser: Literal["never", "auto", "always"] = "auto"
    """Whether start pages are opened in a browser: ``auto`` where only a script can build the feed."""
    job: str | None = Field(default=None, alias="_job")
    """Scrapyd's job id."""

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the arguments; raises `ArgumentError` that names each wrong one, what it was and what to do."""
        try:
            return cls(**given)
        except ValidationError as error:
            raise ArgumentError("; ".join(map(_line, error.errors()))) from error

    @model_validator(mode="after")
    def _span_is_open(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"since ({self.since.isoformat()}) is not before until ({self.until.isoformat()})")
        return self

    def covers(self, published: datetime | None) -> bool:
        """Return whether a time of publication lies in the span asked for; an unknown one is taken to."""
        if published is None:
            return True
        return (self.since is None or published >= self.since) and (self.until is None or published < self.until)

    @property
    def starts(self) -> tuple[str, ...]:
        """The pages to begin with."""
        if self.start and not self.edition:
            return self.start
        host = HOST_OF_EDITION[self.edition or DEFAULT_EDITION]
        return self.start or (f"https://{host}/news",)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts, with their ports, that the crawl stays on."""
        edition = {HOST_OF_EDITION[self.edition]} if self.edition else set()
        return frozenset(edition | {host_of(url) for url in self.starts})


def _start_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address: it begins with https:// and a host")
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "amp"]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _line(error: Any) -> str:
    name = ".".join(map(str, error["loc"][:1]))
    reason = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = ", ".join(field for field in ReadAlsoArguments.model_fields if field != "job")
        return f"unknown argument {name!r}: known are {known}"
    return f"{name}={error['input']!r}: {reason}" if name else reason
