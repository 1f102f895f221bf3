"""The monitors against the demo site in many moods; short forms run as tests."""
