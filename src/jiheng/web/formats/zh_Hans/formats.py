"""Money is grouped by threes, as in the accounts of every bureau; all else stays as Django has it."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
