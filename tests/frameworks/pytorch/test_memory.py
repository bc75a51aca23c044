import ctypes
import sys

import pytest

from mnist_studio.frameworks.pytorch import memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc returns so much")
def test_a_freed_block_is_had_again_without_new_pages() -> None:
    import resource

    import torch

    def use() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        blocks = [torch.ones(2 * 2**20) for _ in range(8)]
        del blocks
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    memory.keep()
    use()
    # 64 MiB are 16,384 pages.
    assert min(use() for _ in range(3)) < 100


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    loaded: list[object] = []
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    memory.keep()
    assert loaded == []
