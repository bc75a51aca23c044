import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_refuses_two_heavy_frameworks_in_one_process() -> None:
    folders = [str(HERE / name) for name in ("pytorch", "tensorflow_keras")]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *folders], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "processes of their own" in done.stdout
