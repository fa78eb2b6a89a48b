"""Policy is data: a region and a year choose a pack (TOML) of forms, weights, words and thresholds."""

from jiheng.policy.loader import choose, load, names
from jiheng.policy.pack import Pack

__all__ = ["Pack", "choose", "load", "names"]
