"""Fangxin's logic: everything that is true without a window, a modem or a thread."""

__version__ = "0.1.0"
