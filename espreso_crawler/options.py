"""The table of the project's own settings: default, what is allowed, what each one means; checks and docs use it."""

import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from string import Template
from typing import Any

from espreso_crawler import ledger_places, output_places
from espreso_crawler.exceptions import ConfigurationError

PREFIX = "ESPRESO_"
WEBHOOK_FIELDS = frozenset({"summary", "level", "spider", "run_id", "job", "reason", "exit_code", "verdict",
                            "started_at", "ended_at", "emitted", "failures", "findings", "run"})  # fmt: skip
"""What ``$NAME`` may stand for in ``ESPRESO_WEBHOOK_BODY``."""
NEXT_CRAWL = "ESPRESO_NEXT_CRAWL"
"""Environment variable by which ``scrapy schedule`` tells a crawl when the next one comes."""
AGES = {"m", "h", "d"}
SCHEDULER = re.compile(r"((tcp|tls)://[^/\s@]+:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a setting may be."""

    words: str
    """Completes the sentence "give …"."""
    accepts: Callable[[Any], bool]
    """Whether a value, text or not, is one of them; may raise ValueError or TypeError for what is not."""
    note: str | None = None
    """The same for a table, where `words` are long."""

    @property
    def short(self) -> str:
        """What a table says."""
        return self.note or self.words


@dataclass(frozen=True, slots=True)
class Option:
    """One setting."""

    default: Any
    allowed: Allowed
    meaning: str
    """For docs/settings.md, in Markdown."""


def whole(least: int) -> Allowed:
    """Allow a whole number from `least` on."""
    return Allowed(f"a whole number from {least} on", lambda value: _whole(value) >= least)


def number(*, above: float | None = None, least: float | None = None) -> Allowed:
    """Allow a finite number above a bound, or from one on."""
    if above is not None:
        return Allowed(f"a number above {above:g}", lambda value: math.inf > float(value) > above)
    return Allowed(f"a number from {least:g} on", lambda value: math.inf > float(value) >= (least or 0.0))


def choice(*names: str) -> Allowed:
    """Allow one of a few words."""
    return Allowed(f"one of {', '.join(names)}", lambda value: value in names)


def _whole(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or value in (0, 1, "0", "1", "True", "False", "true", "false")


def _is_schedule(value: Any) -> bool:
    parts = str(value).split()
    return parts == ["0"] or all(part[:-1].isdecimal() and int(part[:-1]) and part[-1] in AGES for part in parts)


def _is_body(value: Any) -> bool:
    body = json.loads(value) if isinstance(value, str) else value
    templates = [Template(text) for text in texts(body)]
    return all(each.is_valid() and set(each.get_identifiers()) <= WEBHOOK_FIELDS for each in templates)


def texts(body: Any) -> Iterator[str]:
    """Yield every text of a JSON value, names of members left out."""
    if isinstance(body, str):
        yield body
    for part in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from texts(part)


FLAG = Allowed("True or False", _is_flag)
FLAG_OR_NONE = Allowed("True, False, or nothing", lambda value: value in (None, "") or _is_flag(value))
READERS = Allowed("a whole number from 0 on, or nothing", lambda value: value in (None, "") or _whole(value) >= 0)
FOLDER = Allowed("the path of a folder", output_places.is_folder)
NO_FOLDER = Allowed(
    "the path of a folder, or nothing", lambda value: value in (None, "") or output_places.is_folder(value)
)
OUTPUT = Allowed(
    output_places.WORDS,
    output_places.is_place,
    "the path of a folder, `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, `file:///…`",
)
LEDGER = Allowed(
    f"{ledger_places.WORDS}, or none to crawl without memory",
    lambda value: value in (None, "", "none") or ledger_places.is_place(value),
    "`sqlite:///PATH`, `postgresql://USER@HOST/DATABASE`, `none`",
)
CLUSTER = Allowed("an address such as tcp://scheduler:8786", lambda value: bool(SCHEDULER.fullmatch(value or "")))
TEXT = Allowed("text in one line", lambda value: value is None or (isinstance(value, str) and "\n" not in value))
SCHEDULE = Allowed("ages such as 1h 1d 7d, or 0 for never", _is_schedule)
BODY = Allowed(f"JSON; $$ is a dollar, and there are {', '.join(f'${name}' for name in sorted(WEBHOOK_FIELDS))}",
               _is_body, "JSON, `$NAME` for a value: [webhook.md](webhook.md)")  # fmt: skip

OPTIONS = {
    "ESPRESO_OUTPUT": Option(
        "output", OUTPUT, "folder of the sealed files, or a place in a bucket: [object storage](object-storage.md)"
    ),
    "ESPRESO_STATE": Option(
        ".scrapy/espreso", FOLDER, "folder of ledger, locks and rejects; on the same file system as the output"
    ),
    "ESPRESO_LEDGER": Option(
        None,
        LEDGER,
        "the ledger's database: an SQLite file, without the setting `ledger.sqlite3` in the state folder, or "
        "[PostgreSQL](postgresql.md); `none` crawls without memory",
    ),
    "ESPRESO_ARCHIVE": Option(
        None, NO_FOLDER, "folder in which crawls keep every page they read, as WARC files: [evidence.md](evidence.md)"
    ),
    "ESPRESO_ARCHIVE_MEGABYTES": Option(500, whole(1), "size at which a WARC file is sealed and the next one begun"),
    "ESPRESO_ARCHIVE_SECONDS": Option(3600.0, number(above=0), "age at which a WARC file is sealed"),
    "ESPRESO_EMIT": Option(
        True, FLAG, "`False` writes and remembers nothing: articles go only to your own pipelines and to `-O` copies"
    ),
    "ESPRESO_CONTACT": Option(None, TEXT, "e-mail address or URL for the user agent"),
    "ESPRESO_DECODE_EMAILS": Option(
        False,
        FLAG,
        "whether to write out e-mail addresses that the site hides from programs; else `[email]` stands in their place",
    ),
    "ESPRESO_LISTING_PAGES": Option(
        0, whole(0), "how many listing pages one crawl may read back; 0 = as many as `since` asks for"
    ),
    "ESPRESO_MAX_ATTEMPTS": Option(5, whole(1), "fetches of one feed entry, over all runs, before it counts as failed"),
    "ESPRESO_BACKOFF_SECONDS": Option(
        120.0, number(least=0), "wait after the first failed fetch of an entry; doubled by each further one"
    ),
    "ESPRESO_PAUSE_SECONDS": Option(
        2.0,
        number(least=0),
        "rest of a host after its first failure (5xx, no answer, challenge); doubles with each further one in a row, "
        "with jitter",
    ),
    "ESPRESO_LONGEST_PAUSE": Option(
        60.0,
        number(least=0),
        "longest pause of a host within one run; one that asks for more by `Retry-After` or `Crawl-delay` is given up "
        "for this run, and left alone by later runs for as long as it asked; one given up for failing, for this long",
    ),
    "ESPRESO_CIRCUIT_FAILURES": Option(
        5, whole(0), "addresses of one host that fail in a row before it is given up for this run; 0 = never"
    ),
    "ESPRESO_HOST_LOCKS": Option(
        None,
        FLAG_OR_NONE,
        "whether a host has one crawl at a time; without it, only with PostgreSQL: [there](postgresql.md)",
    ),
    "ESPRESO_OPT_OUT": Option(
        "metadata",
        choice("flag", "metadata", "skip"),
        "what becomes of articles that the page or the site reserves: `flag` (whole, `opt_outs` says so), `metadata` "
        "(without text and pictures if text and data mining is reserved), `skip` (no record, also for `noindex` and "
        "`noarchive`): [responsible-use.md](responsible-use.md)",
    ),
    "ESPRESO_RECHECK": Option(
        "1h 1d 7d", SCHEDULE, "ages at which known articles are fetched again, a request each; 0 = never"
    ),
    "ESPRESO_READERS": Option(
        None,
        READERS,
        "processes that read article pages; without it, one less than the cores. A crawl with `DOWNLOAD_DELAY` or "
        "AutoThrottle has none",
    ),
    "ESPRESO_CLUSTER": Option(None, CLUSTER, "Dask cluster that reads archives: [cluster.md](cluster.md)"),
    "ESPRESO_CLUSTER_FOLDER": Option(
        None, NO_FOLDER, "folder shared with it; by default `cluster` in the state folder"
    ),
    "ESPRESO_BROWSER_PATH": Option(
        None, TEXT, "browser program; without it, Playwright's own build, else Chromium or Chrome on the `PATH`"
    ),
    "ESPRESO_BROWSER_PRESSES": Option(200, whole(1), 'how many times one walk may press "More news" in the browser'),
    "ESPRESO_BROWSER_SECONDS": Option(
        30.0, number(above=0), "longest time for opening a page in the browser, or for one press"
    ),
    "ESPRESO_VOCABULARIES": Option(
        None,
        NO_FOLDER,
        "folder of your own vocabulary files, which add to the package's or replace their rows: "
        "[vocabularies.md](vocabularies.md)",
    ),
    "ESPRESO_TAG_PERSONS": Option(True, FLAG, "whether people are tagged"),
    "ESPRESO_NEAR_DUPLICATES": Option(
        "flag",
        choice("flag", "drop", "off"),
        "what becomes of an article with nearly the text of an earlier one: `flag` names that one, `drop` does not "
        "write the article if that one is in the output, `off` does not compare",
    ),
    "ESPRESO_NEAR_DUPLICATE_DAYS": Option(
        3.0, number(above=0), "most days between the publication of an article and of its near-copy"
    ),
    "ESPRESO_MONITORS": Option(True, FLAG, "whether rows wait for the monitors' verdict: [monitors.md](monitors.md)"),
    "ESPRESO_SEAL_ITEMS": Option(1000, whole(1), "most lines in one sealed file"),
    "ESPRESO_SEAL_SECONDS": Option(60.0, number(least=0), "longest time a line waits to be sealed"),
    "ESPRESO_PROGRESS": Option(
        "auto",
        choice("auto", "on", "off"),
        "how crawls and commands show their progress: `auto` live in a terminal, else one log line a minute; `on` live "
        "also if standard error is not a terminal; `off` not at all: [progress.md](progress.md)",
    ),
    "ESPRESO_METRICS": Option(
        None, NO_FOLDER, "folder for a Prometheus text file of each spider and edition: [metrics.md](metrics.md)"
    ),
    "ESPRESO_WEBHOOK_LEVEL": Option(
        "critical",
        choice("ok", "warning", "critical"),
        "lowest level of the runs that are reported to `$ESPRESO_WEBHOOK_URL`: [webhook.md](webhook.md)",
    ),
    "ESPRESO_WEBHOOK_BODY": Option('{"text": "$summary"}', BODY, "the JSON that is posted there"),
}
SECRETS = ("ESPRESO_WEBHOOK_URL", "ESPRESO_WEBHOOK_TOKEN")
"""Only from the environment: Scrapy logs settings."""
ONLY_ENVIRONMENT = frozenset({
    *SECRETS,
    NEXT_CRAWL,  # from `scrapy schedule` to its crawls
    "ESPRESO_CRASH_AT", "ESPRESO_REAL_PAGES", "ESPRESO_REQUIRE_TOOLS",  # the tests' own
})  # fmt: skip


def defaults() -> dict[str, Any]:
    """Return every setting's default."""
    return {name: option.default for name, option in OPTIONS.items()}


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the settings that the environment gives."""
    return {name: environment[name] for name in OPTIONS if name in environment}


def check(settings: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> None:
    """Raise `ConfigurationError` that names every wrong or unknown setting, its value and what is allowed."""
    wrong = [*_secrets(settings), *_unknown(settings, environment), *_wrong(settings)]
    if wrong:
        raise ConfigurationError("; ".join(wrong))


def _secrets(settings: Mapping[str, Any]) -> Iterator[str]:
    for name in SECRETS:
        if settings.get(name):
            yield f"{name} would be logged as a setting: give it as an environment variable"


def _unknown(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[str]:
    known = {*OPTIONS, *ONLY_ENVIRONMENT}
    for place, given in ((" in the environment", environment), ("", settings)):
        for name in sorted(name for name in given if name.startswith(PREFIX) and name not in known):
            near = _near(name)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(OPTIONS)}"
            yield f"unknown setting {name}{place}: {hint}"


def _near(name: str) -> list[str]:
    """Return the known settings that a name may mean: those that go on from it, else the one that is spelt like it."""
    longer = [each for each in (*OPTIONS, *SECRETS) if each.startswith(f"{name}_")]
    short = get_close_matches(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in OPTIONS], 1, 0.7)
    return longer or [PREFIX + each for each in short]


def _wrong(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, option in OPTIONS.items():
        yield from wrong_value(name, settings.get(name, option.default), option.allowed)


def wrong_value(name: str, value: Any, allowed: Allowed) -> Iterator[str]:
    """Yield what is wrong with a setting's value, if anything is."""
    try:
        is_allowed = allowed.accepts(value)
    except (ValueError, TypeError, OverflowError):
        is_allowed = False
    if not is_allowed:
        shown = output_places.without_credentials(ledger_places.without_password(value))
        yield f"{name}={shown!r}: give {allowed.words}"
