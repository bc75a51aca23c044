"""The small study, and what is gathered of it."""

from tests.small_experiment import gathered, studied_home

__all__ = ["gathered", "studied_home"]
