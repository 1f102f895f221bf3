"""Downloader middlewares: what may be requested; they know requests and hosts, no page."""
