"""What reads the evaluation stage's data."""
