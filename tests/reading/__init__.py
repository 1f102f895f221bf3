"""The process that reads pages beside a crawl."""
