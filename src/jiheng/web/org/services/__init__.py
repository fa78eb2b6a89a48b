"""What changes the organisation: each function checks the permission, changes, and records, in one transaction."""
