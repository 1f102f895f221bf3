"""Sealed output in the forms that other people's tools open; reads `ledger/tail.py`, writes one file."""
