"""The audit trail: who changed what, chained so that an auditor can prove it untouched."""
