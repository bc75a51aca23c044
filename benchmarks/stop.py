"""From Stop to the terminal event, while each framework trains a convolutional network."""

from statistics import median
from time import perf_counter

from benchmarks.figures import line

REPEATS = 5


def main() -> None:
    """Measures every framework."""
    for framework in ("numpy", "pytorch", "keras"):
        taken = [stop_seconds(framework) for _ in range(REPEATS)]
        line(
            f"Stop to the terminal event, compact-cnn, {framework}",
            f"{median(taken):.3f} s (most {max(taken):.3f})",
            ".5 s",
        )


def stop_seconds(framework: str) -> float:
    """Seconds from ``stop`` to the event that says that the weights are kept."""
    from msgspec.structs import replace

    from mnist_studio.data.datasets import sources
    from mnist_studio.events import Progress, Stopped
    from mnist_studio.running.job import TrainingJob
    from mnist_studio.spec import recipes

    spec = replace(
        recipes.run_spec(recipes.recipe("compact-cnn")),
        framework=framework,
        dataset=sources.default_dataset(),
    )
    job = TrainingJob(spec)
    chunks, asked = 0, 0.0
    for event in job.events():
        chunks += isinstance(event, Progress)
        if chunks == 5 and not asked:
            asked = perf_counter()
            job.stop()
        if isinstance(event, Stopped):
            return perf_counter() - asked
    raise RuntimeError(f"{framework} did not stop")


if __name__ == "__main__":
    main()
