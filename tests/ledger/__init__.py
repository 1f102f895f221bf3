"""Tests of the ledger: real SQLite files, real processes, real kills."""
