"""Targets: what departments and units set out to do with their budget, reviewed and approved."""
