"""How many points: the review score, execution rate, deviation, self-evaluation, evaluation frameworks."""
