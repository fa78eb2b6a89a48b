"""The pages of the plan stage."""
