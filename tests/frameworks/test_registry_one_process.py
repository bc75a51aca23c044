import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_refuses_two_heavy_frameworks_in_one_process() -> None:
    # One module of each, since the others would be imported for nothing.
    files = [str(HERE / name / "test_devices.py") for name in ("pytorch", "tensorflow_keras")]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "processes of their own" in done.stdout
