"""The pages of the execution stage."""
