"""What stands between the platform and whoever asks too much, too often, or for what is not theirs."""
