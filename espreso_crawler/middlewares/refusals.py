"""Why a page that was looked at did not come: Scrapy's fetch and shell say nothing of a refused request."""

import logging
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

logger = logging.getLogger(__name__)


class RefusalsMiddleware:
    """Logs the reason of a request that robots.txt or the crawl's manners refuse; not at work in a crawl."""

    def process_exception(self, request: Request, exception: Exception) -> Any:
        """Tell the reason and let the exception go on."""
        if isinstance(exception, IgnoreRequest):
            logger.error("%s: not fetched: %s", request.url, exception)
