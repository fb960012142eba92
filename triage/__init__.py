"""Suggests what stalls an order and who should act; people decide, everything is recorded."""

__version__ = "0.1.0"
