import signal
import sys

import pytest

from mnist_studio import paths
from mnist_studio.errors import FrameworkBroken
from mnist_studio.frameworks import import_errors

NUMPY = "A module that was compiled using NumPy 1.x cannot be run in NumPy 2.2.0"
AVX = "The TensorFlow library was compiled to use AVX instructions, but these aren't available."


def _raised(error: BaseException) -> FrameworkBroken:
    return import_errors.raised("PyTorch", "torch", error)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ImportError("numpy.core.multiarray failed to import"), "another version of NumPy"),
        (AttributeError("_ARRAY_API not found"), "another version of NumPy"),
        (AttributeError("module 'numpy' has no attribute 'bool8'"), "another version of NumPy"),
        (ValueError("numpy.dtype size changed, may indicate binary"), "another version of NumPy"),
        (TypeError("Descriptors cannot be created directly."), "another version of protobuf"),
        (ImportError("cannot import name 'runtime_version' from 'google.protobuf'"), "protobuf"),
        (OSError("[WinError 126] Error loading c10.dll"), "Visual C++ Redistributable"),
        (ImportError("DLL load failed while importing _pywrap"), "Visual C++ Redistributable"),
        (
            ImportError("libcudnn.so.9: cannot open shared object file"),
            "library named in the message",
        ),
        (ImportError("torch/lib/libc10.so: undefined symbol: x"), "library named in the message"),
        (RuntimeError("anything else"), "Reinstall it"),
        (SystemExit(3), "Reinstall it"),
    ],
)
def test_what_is_raised_is_quoted_with_what_to_try(error: BaseException, remedy: str) -> None:
    found = _raised(error)
    name = type(error).__name__
    assert found.problem.startswith(
        f"PyTorch is installed but broken. Importing it fails with {name}: "
    )
    assert str(error).rstrip(".") in found.problem
    assert remedy in found.remedy


def test_the_cause_of_an_exception_counts_too() -> None:
    try:
        try:
            raise ImportError(NUMPY)
        except ImportError as cause:
            raise RuntimeError("torch._C cannot be imported") from cause
    except RuntimeError as error:
        found = _raised(error)
    assert "torch._C cannot be imported" in found.problem
    assert "another version of NumPy" in found.remedy
    assert f'"{sys.executable}" -m pip install --force-reinstall numpy torch' in found.remedy


@pytest.mark.parametrize(
    ("name", "output", "said", "remedy"),
    [
        ("SIGILL", "", "an instruction that this processor does not support", "older processors"),
        ("SIGABRT", f"loading\n{AVX}\nFatal Python error: Aborted\nnot this", AVX[:60], "older"),
        ("SIGSEGV", "", "SIGSEGV", "Reinstall it"),
        ("SIGABRT", "OMP: Error #15: found libomp.so", "OMP: Error #15", "OpenMP"),
        ("SIGABRT", "RuntimeError: module compiled using NumPy 1.x", "NumPy 1.x", "of NumPy"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="has no signals")
def test_a_signal_is_named_with_what_was_said(
    name: str, output: str, said: str, remedy: str
) -> None:
    found = import_errors.died(
        "Keras", "tensorflow keras", -signal.Signals[name], output, "/env/python"
    )
    assert found is not None
    assert found.problem.startswith("Keras is installed but broken. Importing it ends the process")
    assert name in found.problem
    assert said in found.problem
    assert "not this" not in found.problem
    assert remedy in found.remedy
    assert "tensorflow" in found.remedy or "environments" in found.remedy


@pytest.mark.parametrize(
    ("code", "said"),
    [(3, "exit code 3"), (0xC000001D, "SIGILL"), (0xC0000135, "a missing library")],
)
def test_an_exit_code_is_named(code: int, said: str) -> None:
    found = import_errors.died("Keras", "tensorflow keras", code, "")
    assert found is not None
    assert said in found.problem


@pytest.mark.parametrize("code", [None, 0, -9, -15])
def test_an_end_from_outside_says_nothing_about_the_framework(code: int | None) -> None:
    assert import_errors.died("Keras", "tensorflow keras", code, "Error: any") is None


def test_a_packaged_program_cannot_be_mended_with_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "frozen", lambda: True)
    assert _raised(ImportError("x")).remedy == "Reinstall MNIST Studio."
