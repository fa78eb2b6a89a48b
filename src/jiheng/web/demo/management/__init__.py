"""Commands of the demonstration district."""
