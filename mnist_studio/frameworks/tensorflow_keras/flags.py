"""What TensorFlow must be told in the environment before it is imported."""

import os
import platform

if platform.machine() in ("x86_64", "AMD64"):
    # TensorFlow's own default is on only where a CPU has AVX-512 for networks. Measured on 2 cores
    # without, batches of 64: a step of wide-cnn takes 54 ms instead of 90, one of compact-cnn 26
    # instead of 41, and judging 10,000 digits .7 of the time. What is already set stays.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
