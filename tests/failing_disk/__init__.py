"""Crawls whose disk fails at any call, and the proof that nothing came of it; the short form runs as a test."""
