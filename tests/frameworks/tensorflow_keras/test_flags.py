"""The environment that TensorFlow is imported in, each in a process of its own."""

import os
import subprocess
import sys

import pytest

from mnist_studio.frameworks import registry

PRINT = (
    "import os, mnist_studio.frameworks.tensorflow_keras as _;"
    "print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'), os.environ.get('XLA_FLAGS'))"
)


def imported(**variables: str) -> list[str]:
    """What TensorFlow's two variables are after the import."""
    kept = {n: v for n, v in os.environ.items() if n not in ("TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS")}
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        env={**kept, **variables}, capture_output=True, text=True, check=True, timeout=250,
    )  # fmt: skip
    return done.stdout.split()


def test_what_is_set_already_stays() -> None:
    chosen = "--xla_cpu_multi_thread_eigen=false"
    assert imported(TF_ENABLE_ONEDNN_OPTS="0", XLA_FLAGS=chosen) == ["0", chosen]


@pytest.mark.skipif(
    not (registry.version("keras") or "").startswith("2.21."), reason="flags of TensorFlow 2.21"
)
def test_products_are_not_left_to_xnnpack() -> None:
    assert imported()[1] == "--xla_cpu_use_xnnpack=false"
