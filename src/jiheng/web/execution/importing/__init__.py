"""Lists of the finance system brought in: read in the background, previewed, applied whole, taken back whole."""
