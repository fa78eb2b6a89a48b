"""A demonstration district of our own invention: people, units, three years of targets in all states."""
