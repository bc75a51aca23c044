"""The window's free memory goes back to the system, and its threads share a heap."""

import sys

import pytest

from mnist_studio.gui.services import memory

on_glibc = pytest.mark.skipif(memory._libc() is None, reason="another C library")


@on_glibc
def test_threads_share_a_heap_on_glibc() -> None:
    assert memory.limit_heaps()


@on_glibc
def test_memory_is_returned_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(memory, "monotonic", lambda: now[0])
    returns, done = memory.Returns(), []
    for second in (0, 59, 60, 61, 119, 120):
        now[0] = float(second)
        done.append(returns.offer())
    assert done == [True, False, True, False, False, True]


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    memory._libc.cache_clear()
    monkeypatch.setattr(sys, "platform", "win32")
    assert not memory.limit_heaps()
    assert not memory.Returns().offer()
    memory._libc.cache_clear()
