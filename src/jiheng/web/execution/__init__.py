"""Execution: what happens to the money during the year: allotments, adjustments, procurement, contracts, payments."""
