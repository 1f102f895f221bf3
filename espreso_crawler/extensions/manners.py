"""How each host of a crawl is doing: it answers, it is left alone for a while, or it is given up for this run."""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.asyncio import call_later

from espreso_crawler.drops import HostUnavailable
from espreso_crawler.exceptions import ConfigurationError, ExitCode, HeldBack
from espreso_crawler.extensions.ledger import LedgerExtension
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.identity import host_of
from espreso_crawler.ledger.pauses import Pauses
from espreso_crawler.manners.host import Host
from espreso_crawler.manners.waits import backoff, retry_after

logger = logging.getLogger(__name__)

CLOSING_REASON = "circuit_open"
REDIRECT = 3  # class of status codes


def is_failure(status: int) -> bool:
    """Return whether a status means that the host cannot or will not answer now."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    )


class MannersExtension:
    """Pauses hosts that ask for it or fail, and gives up those that go on failing: the circuit opens.

    Requests of a paused host stand aside and take no place in the downloader, so other hosts are not slowed. After a
    pause one request goes ahead; the others follow its good answer.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self.first_pause = settings.getfloat("ESPRESO_PAUSE_SECONDS")
        self.longest_pause = settings.getfloat("ESPRESO_LONGEST_PAUSE")
        self.circuit = settings.getint("ESPRESO_CIRCUIT_FAILURES")
        self._rest_of_refused = settings.getfloat("ESPRESO_BACKOFF_SECONDS")
        self._hosts: dict[str, Host] = {}
        self._distances: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to answers."""
        extension = cls(crawler)
        for receiver, signal in (
            (extension.response_downloaded, signals.response_downloaded),
            (extension.request_scheduled, signals.request_scheduled),
            (extension.spider_idle, signals.spider_idle),
        ):
            crawler.signals.connect(receiver, signal)
        return extension

    def host(self, url: str) -> Host:
        """Return the host of an address; one that an earlier run was told to leave alone is closed."""
        name = host_of(url)
        if name not in self._hosts:
            self._hosts[name] = host = Host(name)
            if self._pauses and (pause := self._pauses.of(name)):
                until, reason = pause
                host.closed_until = monotonic() + (until - datetime.now(UTC)).total_seconds()
                self._close(host, f"left alone until {until:%Y-%m-%dT%H:%M:%SZ}: {reason}")
        return self._hosts[name]

    def answered(self, host: Host, *, is_page: bool) -> None:
        """Note a good answer: the end of a row of failures, but of no pause that the host asked for."""
        host.has_answered |= is_page
        if host.failures and host.left == 0 and host.closed is None:
            host.failures, host.probe = 0, None
            host.failing.clear()
            if self._pauses:
                self._pauses.over(host.name)
            self._go_on(host)

    def failed(self, host: Host, request: Request, reason: str, asked: float = 0.0, *, is_refusal: bool) -> None:
        """Note a failure: the host is paused, or given up when it was one too many.

        ``asked`` is how many seconds of rest it asked for. ``is_refusal``: it does not want us, rather than cannot.
        """
        self.crawler.stats.inc_value("espreso/host/failures")
        if host.closed:
            return
        pause = asked
        if host.left == 0:  # what was under way when the pause began is no further failure
            host.failures, host.probe = host.failures + 1, None
            host.failing.add(request.url)
            pause = max(asked, backoff(host.failures, self.first_pause, self.longest_pause))
        if asked > self.longest_pause:
            self.give_up(host, f"{reason}, and it asks to be left alone for {asked:.0f} s", asked)
        elif self.circuit and len(host.failing) >= self.circuit:
            rest = max(asked, self._rest_of_refused if is_refusal else 0.0)
            self.give_up(host, f"{len(host.failing)} addresses failed in a row, the last one with {reason}", rest)
        else:
            self._pause(host, pause, reason)

    def undecided(self, host: Host, request: Request) -> None:
        """Note a request that says nothing of its host: when it was the probe, the next one is."""
        if host.probe is request:
            self._send_probe(host)

    def give_up(self, host: Host, reason: str, seconds: float = 0.0) -> None:
        """Ask a host for nothing more in this run, nor in the next ones for so many seconds."""
        if host.closed:
            return
        if seconds:
            host.closed_until = monotonic() + seconds
        if seconds and self._pauses:
            self._pauses.ask(host.name, datetime.now(UTC) + timedelta(seconds=seconds + 1), reason)
        self._close(host, reason)

    @contextmanager
    def asking_for_rules(self, host: Host) -> Iterator[None]:
        """Let a host's other requests stand aside while the first one waits for robots.txt."""
        is_first, host.is_asked_for_rules = not host.is_asked_for_rules, True
        try:
            yield
        finally:
            host.is_asked_for_rules = not is_first
            if is_first and not host.holds:
                self._go_on(host)

    def require_open(self, host: Host) -> None:
        """Raise `HostUnavailable` when a host is given up, or when the crawl is about to end."""
        if host.closed:
            raise HostUnavailable(host.closed, host.rest)
        if not self.crawler.engine.running:
            raise HostUnavailable("the crawl ends")

    def keep_distance(self, host: Host, request: Request, seconds: float) -> None:
        """Leave at least so many seconds between requests to a host, whatever AutoThrottle thinks."""
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        self._distances[key] = seconds
        downloader.per_slot_settings[key] = {**downloader.per_slot_settings.get(key, {}), "delay": seconds, "jitter": 0}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter = max(slot.delay, seconds), 0.0

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Note a failure before the downloader sends what is queued for the same host."""
        key = request.meta.get("download_slot", "")
        if key in self._distances and (slot := self.crawler.engine.downloader.slots.get(key)):
            slot.delay = max(slot.delay, self._distances[key])
        if response.status // 100 == REDIRECT:  # never gets as far as the middleware
            self.answered(self.host(request.url), is_page=False)
        elif is_failure(response.status) and "cf-mitigated" not in response.headers:  # that one the middleware names
            asked = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
            reason, is_refusal = f"HTTP {response.status}", response.status == HTTPStatus.TOO_MANY_REQUESTS
            self.failed(self.host(request.url), request, reason, asked, is_refusal=is_refusal)

    def may_go(self, host: Host, request: Request) -> bool:
        """Return whether a request need not stand aside; the first one after a pause is the probe."""
        if host.failures and host.closed is None and not host.holds:
            host.probe = request
        return not host.holds or host.probe is request

    def request_scheduled(self, request: Request) -> None:
        """Let a request of a paused host stand aside."""
        host = self.host(request.url)
        if not self.may_go(host, request):
            host.parked.append(request)
            raise IgnoreRequest("its host is paused")

    def spider_idle(self, spider: Spider) -> None:
        """Keep the crawl open while requests stand aside; name the reason when no host is left."""
        waiting = [host for host in self._hosts.values() if host.parked]
        for host in waiting:
            self._resume(host, is_idle=True)
        if waiting:
            raise DontCloseSpider
        hosts = getattr(spider, "hosts", ())
        if hosts and all(name in self._hosts and self._hosts[name].closed for name in hosts):
            raise CloseSpider(CLOSING_REASON)

    @property
    def _pauses(self) -> Pauses | None:
        """Rests that earlier runs were asked for; None without a ledger, as in ``scrapy extract``."""
        keeper = self.crawler.get_extension(LedgerExtension)
        return keeper.ledger.pauses if keeper else None

    def _pause(self, host: Host, seconds: float, reason: str) -> None:
        if host.left < seconds:
            logger.info("%s: %s; a pause of %.1f s", host.name, reason, seconds)
            self.crawler.stats.inc_value("espreso/host/pauses")
            host.resumes_at = monotonic() + seconds
            call_later(seconds, self._resume, host)
        self._take_back(host)

    def _take_back(self, host: Host) -> None:
        """Empty the downloader's queue of a host: what is in it would be sent as soon as there is room."""
        for slot in self.crawler.engine.downloader.slots.values():
            queued = [pair for pair in slot.queue if host_of(pair[0].url) == host.name]
            for pair in queued:
                slot.queue.remove(pair)
                pair[1].errback(HeldBack(f"{host.name} is paused"))

    def _resume(self, host: Host, *, is_idle: bool = False) -> None:
        """Let one request ahead after a pause; when nothing is under way, the one before it got lost."""
        if host.left > 0 and not is_idle:  # uvloop counts in whole milliseconds: half of its timers come early
            call_later(host.left, self._resume, host)
        elif host.closed is None and host.left == 0 and (host.probe is None or is_idle):
            self._send_probe(host)

    def _send_probe(self, host: Host) -> None:
        host.probe = host.parked.popleft() if host.parked else None
        if host.probe:
            self._crawl(host.probe)

    def _close(self, host: Host, reason: str) -> None:
        host.closed, host.probe, host.resumes_at = reason, None, 0.0
        logger.error("%s: given up for this run: %s", host.name, reason)
        stats: Any = self.crawler.stats
        stats.inc_value("espreso/host/given_up")
        stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))
        if self.crawler.engine.running:
            self._take_back(host)
            self._go_on(host)

    def _go_on(self, host: Host) -> None:
        parked, host.parked = host.parked, deque()
        for request in parked:
            self._crawl(request)

    def _crawl(self, request: Request) -> None:
        engine = self.crawler.engine
        if engine.running and engine.spider is not None:
            engine.crawl(request)


def manners_of(crawler: Crawler) -> MannersExtension:
    """Return the crawl's `MannersExtension`. Raises `ConfigurationError` when it is switched off."""
    health = crawler.get_extension(MannersExtension)
    if health is None:
        raise ConfigurationError("EXTENSIONS: the health extension is switched off, and nothing is fetched without it")
    return health
