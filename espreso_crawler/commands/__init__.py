"""What a person or a job runs: crawl, extract, demo; thin, the work is done elsewhere."""

from espreso_crawler.command import guard_output, refuse, refusing

__all__ = ["refuse", "refusing"]

guard_output()  # Scrapy loads this folder before it runs a command, its own too
