"""The field of every form that holds its one-time key."""
