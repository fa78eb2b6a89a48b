"""Filters of the evaluation stage's templates."""
