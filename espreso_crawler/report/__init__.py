"""The output as one HTML page for people: what came out, how it changes over time, and whether the crawl is well."""
