"""Drift monitors: what a crawl saw in, findings out; pure, without scrapy, database or clock."""

from espreso_crawler.monitors.findings import Finding, Level, worst
from espreso_crawler.monitors.judge import Judge, Verdict
from espreso_crawler.monitors.observations import FeedObservation, Observation, observed
from espreso_crawler.monitors.tallies import Tally

__all__ = [
    "FeedObservation",
    "Finding",
    "Judge",
    "Level",
    "Observation",
    "Tally",
    "Verdict",
    "observed",
    "worst",
]
