"""绩衡 (jiheng): read, check and manage budget performance documents (预算绩效管理)."""

__version__ = "0.1.0"
