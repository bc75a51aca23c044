"""How PyTorch's threads wait for each other: awake, or asleep where others want the processors.

OpenMP shares out every operation of a step to threads, which spin until the last of them is done.
On an idle machine nothing is faster. Where another program keeps one of them from its processor,
the others keep the rest busy with waiting: on two processors with two busy programs an epoch of
``mlp-128`` took 16 to 32 s so, and 1.2 to 2.9 s with threads that sleep. On an idle machine
sleeping costs about a quarter. It changes nothing of what is computed.
"""

import os
import time

from mnist_studio.spec.run import RunSpec
from mnist_studio.training.machine import Watch

POLICY = "OMP_WAIT_POLICY"
"""Read by OpenMP when PyTorch is imported."""

LOOK_SECONDS = 0.2
SHARED = 0.5
"""Processors: others that keep more of them busy are in the way."""

TOLD = "Other programs use the processors: PyTorch's threads sleep while they wait for each other."


def sleeps(spec: RunSpec, watch: Watch) -> bool:
    """Lets threads wait asleep if a look at the machine says so; before the framework's import.

    Args:
        spec: of the run. As written, a framework is left as it comes.
        watch: of this process, which may have begun just now.
    """
    shares_out = spec.framework == "pytorch" and spec.style == "neutral" and spec.threads != 1
    if not shares_out or POLICY in os.environ:
        return False
    time.sleep(LOOK_SECONDS)
    others = watch.told().others_processors
    if others is None or others <= SHARED:
        return False
    os.environ[POLICY] = "PASSIVE"
    return True
