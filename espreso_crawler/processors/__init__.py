"""Pure functions from a raw value to a clean one; no page, no network, no clock."""
