"""What TensorFlow must be told in the environment before it is imported.

Measured with batches of 64 on 2 cores without AVX-512, medians. What is already set stays.
"""

import os
import platform

from mnist_studio.frameworks import registry

_XLA_KNOWN = "2.21."
"""An unknown flag ends the process, so flags are for the version they were measured with."""


def _set() -> None:
    if platform.machine() in ("x86_64", "AMD64"):
        # On by default only where a CPU has AVX-512: a step of wide-cnn takes 54 ms instead of
        # 90, one of compact-cnn 26 instead of 41, and judging 10,000 digits .7 of the time.
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if (registry.version("keras") or "").startswith(_XLA_KNOWN):
        # XNNPACK keeps products this small on one thread: a step of mlp-128 takes .60 ms with it
        # and .29 ms without.
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_xnnpack=false")


_set()
