"""Monitoring (双监控): rounds in which units report money and results, and the lights that deviation turns on."""
