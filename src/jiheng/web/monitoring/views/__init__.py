"""The pages of the monitoring stage."""
