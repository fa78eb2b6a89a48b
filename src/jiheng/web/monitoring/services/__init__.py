"""What changes the monitoring stage's data; nothing else does."""
