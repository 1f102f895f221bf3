"""Measurements, run by ``make bench``: they print tables and assert no times."""
