"""A district of full size and its people, for measuring the platform."""
