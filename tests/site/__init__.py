"""Sites for tests alone: the demo site with answers that it would never give by itself."""
