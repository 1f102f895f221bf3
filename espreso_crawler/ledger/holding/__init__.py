"""Drafts that wait for a verdict, and what a verdict is based on."""
