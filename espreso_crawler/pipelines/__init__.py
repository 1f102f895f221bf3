"""The steps of an article from page to output, in the order of settings.py; each does one thing to a whole item."""
