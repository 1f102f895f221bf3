"""Crawls killed at any moment and at every step, and the proof that nothing came of it; short forms run as tests."""
