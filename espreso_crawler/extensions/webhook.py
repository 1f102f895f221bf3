"""A message about a run, posted as JSON; the address is a secret and comes from the environment only."""

import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from espreso_crawler.exceptions import ConfigurationError

logger = logging.getLogger(__name__)

URL, TOKEN = "ESPRESO_WEBHOOK_URL", "ESPRESO_WEBHOOK_TOKEN"  # names of variables
LEVELS = ("ok", "warning", "critical")
TRIES = 3
ANSWER_SECONDS = 4.0
LONGEST = 15.0
"""Seconds after which a run ends although its message is not delivered."""


@dataclass(frozen=True)
class Webhook:
    """Where to post, from which level on, and what."""

    url: str = field(repr=False)
    token: str | None = field(repr=False)
    """Sent as ``Authorization: Bearer``."""
    level: str
    body: Any
    """JSON, in whose texts ``$NAME`` stands for a value; a text of nothing else becomes the value itself."""

    @classmethod
    def configured(cls, settings: BaseSettings, environment: Mapping[str, str] = os.environ) -> Self | None:
        """Return the webhook of settings and environment, None without an address.

        Raises `ConfigurationError` for what is no address.
        """
        url = environment.get(URL)
        if not url:
            return None
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ConfigurationError(f"{URL} in the environment is not an http or https address")
        level, body = settings["ESPRESO_WEBHOOK_LEVEL"], settings["ESPRESO_WEBHOOK_BODY"]
        return cls(url, environment.get(TOKEN), level, json.loads(body) if isinstance(body, str) else body)

    def tell(self, fields: Mapping[str, Any]) -> None:
        """Post the body filled with a run's `FIELDS`, if its level asks for it; never raises, at most `LONGEST`."""
        if LEVELS.index(fields["level"]) < LEVELS.index(self.level):
            return
        problem = ["no answer in time"]
        # A thread that the interpreter does not wait for: a server that answers a byte a second must not keep the run.
        sending = threading.Thread(target=self._post, args=(filled(self.body, fields), problem), daemon=True)
        sending.start()
        sending.join(LONGEST)
        host = urlsplit(self.url).hostname
        if problem:
            logger.warning("Webhook at %s not notified: %s", host, problem[0])
        else:
            logger.info("Webhook at %s notified: %s", host, fields["level"])

    def _post(self, body: Any, problem: list[str]) -> None:
        """Post; leaves what went wrong in `problem`, without the address, which requests puts into its errors."""
        import requests  # noqa: PLC0415  # 80 ms of a crawl's start, and few crawls need it
        from requests.adapters import HTTPAdapter  # noqa: PLC0415
        from urllib3.util import Retry  # noqa: PLC0415

        logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it logs addresses
        retry = Retry(TRIES - 1, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None,
                      respect_retry_after_header=False, raise_on_status=False, redirect=False)  # fmt: skip
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            session.mount("https://", HTTPAdapter(max_retries=retry))
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            try:
                answer = session.post(
                    self.url, json=body, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False, stream=True
                )
            except Exception as error:  # noqa: BLE001  # whatever it is: the run is over, and the text may hold the address
                problem[0] = type(error).__name__
            else:
                problem[:] = [] if answer.ok and not answer.is_redirect else [f"HTTP {answer.status_code}"]


def filled(body: Any, fields: Mapping[str, Any]) -> Any:
    """Return a body with its placeholders replaced; values cannot break out of their text, for it is JSON already.

    >>> filled({"text": "$spider: $exit_code", "code": "$exit_code"}, {"spider": 'read "also"', "exit_code": 3})
    {'text': 'read "also": 3', 'code': 3}
    """
    if isinstance(body, dict):
        return {name: filled(value, fields) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, fields) for value in body]
    if not isinstance(body, str):
        return body
    only = body.removeprefix("$")
    return fields[only] if body != only and only in fields else Template(body).substitute(fields)
