"""Errors of the statistics are sentences."""

from tests.error_sentences import errors_are_sentences

__all__ = ["errors_are_sentences"]
