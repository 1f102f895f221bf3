"""What a person or a job runs: crawl, extract, demo; thin, the work is done elsewhere."""
