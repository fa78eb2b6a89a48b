"""What reads the monitoring stage's data."""
