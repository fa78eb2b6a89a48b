"""Evaluation: after the year, every project and every department scores itself by the pack's rules."""
