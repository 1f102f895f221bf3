"""The crawl's end of `manners`: tells it what happens to requests, and does what it says."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.asyncio import call_later

from espreso_crawler.drops import CrawlEnds, HostUnavailable
from espreso_crawler.exceptions import ConfigurationError, ExitCode, HeldBack
from espreso_crawler.extensions.ledger import LedgerExtension
from espreso_crawler.extensions.receivers import connect
from espreso_crawler.extensions.signals import EXIT_CODE_STAT
from espreso_crawler.identity import host_of
from espreso_crawler.ledger import Pauses
from espreso_crawler.manners.answers import is_failure, is_redirect, is_unwelcome
from espreso_crawler.manners.host import Host
from espreso_crawler.manners.state import Action, GiveUp, Manners, Patience, Rest, Send, TakeBack, Well
from espreso_crawler.manners.waits import retry_after

logger = logging.getLogger(__name__)

CLOSING_REASON = "circuit_open"


class MannersExtension:
    """Keeps the crawl's `Manners`: hosts are paused when they ask for it or fail, and given up when they go on failing.

    Requests of a paused host stand aside and take no place in the downloader, so other hosts are not slowed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self._manners = Manners[Request](
            Patience(
                first_pause=settings.getfloat("ESPRESO_PAUSE_SECONDS"),
                longest_pause=settings.getfloat("ESPRESO_LONGEST_PAUSE"),
                circuit=settings.getint("ESPRESO_CIRCUIT_FAILURES"),
                rest_of_refused=settings.getfloat("ESPRESO_BACKOFF_SECONDS"),
            )
        )
        self._distances: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to answers."""
        extension = cls(crawler)
        connect(
            crawler,
            (extension.response_downloaded, signals.response_downloaded),
            (extension.request_scheduled, signals.request_scheduled),
            (extension.spider_idle, signals.spider_idle),
        )
        return extension

    @property
    def hosts(self) -> Collection[Host[Request]]:
        """Every host that was asked so far."""
        return self._manners.hosts

    def host(self, url: str) -> Host[Request]:
        """Return the host of an address; one that an earlier run was told to leave alone is closed."""
        name = host_of(url)
        if host := self._manners.known(name):
            return host
        host = self._manners.met(name)
        if self._pauses and (pause := self._pauses.of(name)):
            until, reason = pause
            seconds = (until - datetime.now(UTC)).total_seconds()
            self._do(self._manners.left_alone(host, seconds, f"left alone until {until:%Y-%m-%dT%H:%M:%SZ}: {reason}"))
        return host

    def answered(self, url: str, *, is_page: bool) -> None:
        """Note a good answer."""
        self._do(self._manners.answered(self.host(url), is_page=is_page))

    def failed(self, url: str, reason: str, asked: float = 0.0, *, is_refusal: bool) -> None:
        """Note a failure: see `Manners.failed`."""
        self.crawler.stats.inc_value("espreso/host/failures")
        self._do(self._manners.failed(self.host(url), url, reason, asked, is_refusal=is_refusal))

    def undecided(self, request: Request) -> None:
        """Note a request that says nothing of its host."""
        self._do(self._manners.undecided(self.host(request.url), request))

    def give_up(self, url: str, reason: str) -> None:
        """Ask a host for nothing more in this run."""
        self._do(self._manners.given_up(self.host(url), reason))

    def may_go(self, request: Request) -> bool:
        """Return whether a request need not stand aside."""
        return self._manners.may_go(self.host(request.url), request)

    @contextmanager
    def asking_for_rules(self, url: str) -> Iterator[None]:
        """Let a host's other requests stand aside while the first one waits for robots.txt."""
        host = self.host(url)
        is_first = self._manners.rules_asked(host)
        try:
            yield
        finally:
            if is_first:
                self._do(self._manners.rules_came(host))

    def require_open(self, url: str) -> None:
        """Raise `HostUnavailable` when a host is given up, `CrawlEnds` when the crawl is about to end."""
        host = self.host(url)
        if host.closed:
            raise HostUnavailable(host.closed, host.rest)
        if not self.crawler.engine.running:
            raise CrawlEnds("the crawl ends")

    def keep_distance(self, request: Request, seconds: float) -> None:
        """Leave at least so many seconds between requests to a host, whatever AutoThrottle thinks.

        A host that wants more than ``ESPRESO_LONGEST_PAUSE`` between them is given up.
        """
        if seconds > self._manners.patience.longest_pause:
            self.give_up(request.url, f"its crawl-delay of {seconds:.0f} s is longer than ESPRESO_LONGEST_PAUSE")
            return
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
        if is_redirect(response.status):  # never gets as far as the middleware
            self.answered(request.url, is_page=False)
        elif is_failure(response.status) and "cf-mitigated" not in response.headers:  # that one the middleware names
            asked = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
            self.failed(request.url, f"HTTP {response.status}", asked, is_refusal=is_unwelcome(response.status))

    def request_scheduled(self, request: Request) -> None:
        """Let a request of a paused host stand aside."""
        if not self.may_go(request):
            self.host(request.url).parked.append(request)
            raise IgnoreRequest("its host is paused")

    def spider_idle(self, spider: Spider) -> None:
        """Keep the crawl open while requests stand aside; name the reason when no host is left."""
        if self._manners.is_awaited:
            self._do(self._manners.idle())
            raise DontCloseSpider
        hosts = getattr(spider, "hosts", ())
        if hosts and self._manners.are_given_up(hosts):
            raise CloseSpider(CLOSING_REASON)

    @property
    def _pauses(self) -> Pauses | None:
        """Rests that earlier runs were asked for; None without a ledger, as in ``scrapy extract``."""
        keeper = self.crawler.get_extension(LedgerExtension)
        return keeper.ledger.pauses if keeper else None

    def _do(self, actions: list[Action[Request]]) -> None:
        for action in actions:
            match action:
                case Rest():
                    self._rest(action)
                case TakeBack(host):
                    self._take_back(host)
                case Send(requests):
                    self._send(requests)
                case GiveUp():
                    self._give_up(action)
                case Well(host) if self._pauses:
                    self._pauses.over(host)

    def _rest(self, rest: Rest) -> None:
        logger.info("%s: %s; a pause of %.1f s", rest.host, rest.reason, rest.seconds)
        self.crawler.stats.inc_value("espreso/host/pauses")
        call_later(rest.seconds, self._rested, rest.host)

    def _rested(self, name: str) -> None:
        host = self._manners.known(name)
        if host and host.left > 0:  # uvloop counts in whole milliseconds: half of its timers come early
            call_later(host.left, self._rested, name)
        elif host:
            self._do(self._manners.rested(host))

    def _take_back(self, name: str) -> None:
        """Empty the downloader's queue of a host."""
        if not self.crawler.engine.running:
            return
        for slot in self.crawler.engine.downloader.slots.values():
            queued = [pair for pair in slot.queue if host_of(pair[0].url) == name]
            for pair in queued:
                slot.queue.remove(pair)
                pair[1].errback(HeldBack(f"{name} is paused"))

    def _give_up(self, told: GiveUp) -> None:
        if told.asked and self._pauses:
            self._pauses.ask(told.host, datetime.now(UTC) + timedelta(seconds=told.asked + 1), told.reason)
        logger.error("%s: given up for this run: %s", told.host, told.reason)
        stats: Any = self.crawler.stats
        stats.inc_value("espreso/host/given_up")
        stats.max_value(EXIT_CODE_STAT, int(ExitCode.SOURCE))

    def _send(self, requests: tuple[Request, ...]) -> None:
        engine = self.crawler.engine
        for request in requests:
            if engine.running and engine.spider is not None:
                engine.crawl(request)


def manners_of(crawler: Crawler) -> MannersExtension:
    """Return the crawl's `MannersExtension`. Raises `ConfigurationError` when it is switched off."""
    manners = crawler.get_extension(MannersExtension)
    if manners is None:
        raise ConfigurationError(
            "EXTENSIONS: MannersExtension is switched off, and nothing is fetched without it: switch it on"
        )
    return manners
