"""What is sent twice is done once: forms carry a one-time key, and a second submission gets the first one's answer."""
