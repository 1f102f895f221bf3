"""What may be requested, and what a failure means for the crawl; they know requests and hosts, no field of a page."""
