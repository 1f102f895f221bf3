"""At the end of a run, and when one cannot start: how bad it is, in one sentence, for the webhook."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from espreso_crawler.exceptions import ConfigurationError, ExitCode
from espreso_crawler.extensions.ledger import keeper_of
from espreso_crawler.extensions.webhook import LEVELS, Webhook

MEANING = {
    ExitCode.OK: "done",
    ExitCode.CONFIGURATION: "it did not start",
    ExitCode.ARGUMENT: "a wrong argument",
    ExitCode.SOURCE: "the source could not be read",
    ExitCode.OUTPUT: "output or ledger could not be written",
    ExitCode.MONITOR: "rows are held back",
    ExitCode.INTERRUPTED: "stopped by SIGINT",
    ExitCode.TERMINATED: "stopped by SIGTERM",
}
LONGEST_SUMMARY = 1000
STOPPED = (ExitCode.INTERRUPTED, ExitCode.TERMINATED)


class NotificationExtension:
    """Tells the webhook of a run whose level is at or above ``ESPRESO_WEBHOOK_LEVEL``."""

    def __init__(self, crawler: Crawler, webhook: Webhook) -> None:
        self.crawler = crawler
        self.webhook = webhook

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the setup; raises `ConfigurationError` for a wrong one."""
        webhook = Webhook.configured(crawler.settings)
        if webhook is None:
            raise NotConfigured
        extension = cls(crawler, webhook)
        crawler.signals.connect(extension.engine_started, signals.engine_started)
        return extension

    def engine_started(self) -> None:
        """Ask to be called at the end: receivers are called in the order in which they asked, the ledger before."""
        self.crawler.signals.connect(self.engine_stopped, signals.engine_stopped)

    async def engine_stopped(self) -> None:
        """Tell of the run; it is over and written, so whatever happens here changes nothing in it.

        In a thread: a connection that times out while the event loop stands still would be closed twice.
        """
        await asyncio.to_thread(self.webhook.tell, fields_of(keeper_of(self.crawler).document))


def tell_of_no_start(settings: BaseSettings, spider: str, code: ExitCode, reason: str) -> None:
    """Tell the webhook that a crawl could not start."""
    with suppress(ConfigurationError, ValueError):  # a webhook that is set up wrongly is the reason itself
        if webhook := Webhook.configured(settings):
            webhook.tell(fields_of({"spider": spider, "exit_code": int(code), "findings": [{"text": reason}]}))


def fields_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a webhook's body may say of a run; `document` has an exit code at least."""
    findings = [finding["text"] for finding in document.get("findings") or ()]
    stats = document.get("stats", {})
    fields = {
        name: document.get(name)
        for name in ("spider", "run_id", "job", "reason", "exit_code", "verdict", "started_at", "ended_at")
    }
    fields |= {
        "level": level_of(document),
        "findings": findings,
        "emitted": stats.get("espreso/emitted", 0),
        "failures": stats.get("espreso/failures", 0),
        "run": dict(document),
    }
    return fields | {"summary": _summary(fields)}


def level_of(document: Mapping[str, Any]) -> str:
    """Return ``ok``, ``warning`` or ``critical``: the worse of verdict and exit code.

    >>> level_of({"exit_code": 3}), level_of({"exit_code": 143}), level_of({"exit_code": 0, "verdict": "warning"})
    ('critical', 'warning', 'warning')
    """
    code = document["exit_code"]
    by_code = "ok" if code == ExitCode.OK else "warning" if code in STOPPED else "critical"
    return max(by_code, document.get("verdict") or "ok", key=LEVELS.index)


def _summary(fields: Mapping[str, Any]) -> str:
    code = fields["exit_code"]
    said = [MEANING.get(code, "it failed"), *fields["findings"]]
    where = f"run {fields['run_id']}" if fields["run_id"] else "no run"
    job = f", job {fields['job']}" if fields["job"] else ""
    text = (
        f"{fields['spider']}: {fields['level']}, exit code {code}: {'; '.join(said)}. "
        f"{fields['emitted']} lines, {fields['failures']} failures; {where}{job}"
    )
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1] + "…"
