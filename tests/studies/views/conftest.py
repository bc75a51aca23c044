"""The small study, and what is gathered of it."""

from tests.studied import gathered, studied_home

__all__ = ["gathered", "studied_home"]
