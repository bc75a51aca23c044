"""The machine that a result belongs to."""

import os
import platform
from pathlib import Path

_PROCESSORS = Path("/proc/cpuinfo")


def processor() -> str:
    """The processor by name; else its architecture. With the fastest vector instructions it has."""
    lines = _PROCESSORS.read_text().splitlines() if _PROCESSORS.exists() else []
    values = [line.partition(":") for line in lines]
    known = {name.strip(): value.strip() for name, _, value in values}
    name = known.get("model name") or platform.processor() or platform.machine()
    flags = known.get("flags", "").split()
    vectors = next((flag for flag in ("amx_tile", "avx512f", "avx2", "avx") if flag in flags), "")
    return f"{name} ({vectors})" if vectors else name


def count() -> int:
    """Logical processors."""
    return os.cpu_count() or 1
