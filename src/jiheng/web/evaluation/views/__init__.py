"""What the evaluation stage's addresses answer."""
