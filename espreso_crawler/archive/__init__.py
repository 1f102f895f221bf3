"""The pages behind the records, kept as WARC files: written by a crawl, proved, cut down to what is still wanted.

docs/evidence.md describes the folder. Nothing here opens a ledger; what a ledger points to is given to it.
"""
