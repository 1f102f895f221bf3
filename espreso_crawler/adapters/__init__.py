"""Private API of foreign packages, and nothing else: each file names the version it was tried with (`TRIED`).

There is no public way to what they do. ``tests/adapters`` fails when one of the names goes.
"""
