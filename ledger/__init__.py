"""cityfund's domain core: what a broker fund records, and the rules that always hold."""

__version__ = "0.1.0"
