"""What changes the evaluation stage's data; nothing else does."""
