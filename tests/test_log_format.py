"""Log lines: what went well is told when DEBUG is asked for, and costs nothing when it is not."""

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from espreso_crawler.items import Article
from espreso_crawler.log_format import OneLineLogFormatter

URL = "https://espreso.tv/a"


@pytest.mark.parametrize(("level", "is_told"), [("DEBUG", True), ("INFO", False), (10, True), (30, False)])
def test_pages_and_articles_are_told_of_at_debug_only(level, is_told):
    crawler = get_crawler(settings_dict={"LOG_LEVEL": level})
    formatter = OneLineLogFormatter.from_crawler(crawler)
    spider = crawler._create_spider("any")
    scraped = formatter.scraped(Article(url=URL), Response(URL), spider)
    crawled = formatter.crawled(Request(URL), Response(URL), spider)
    assert (scraped is not None, crawled is not None) == (is_told, is_told)
    if scraped:
        assert scraped["msg"] % scraped["args"] == f"Scraped {URL}"
