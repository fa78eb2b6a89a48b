"""One archive with everything the platform keeps, readable by any of its databases."""
