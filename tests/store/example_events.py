from mnist_studio.events import Epoch, Failed, Finished, Stopped


def epoch(run: str, number: int = 1, accuracy: float = 0.9) -> Epoch:
    return Epoch(
        run=run,
        framework="keras",
        epoch=number,
        step=938 * number,
        train_loss=0.3,
        train_accuracy=0.91,
        validation_loss=None,
        validation_accuracy=None,
        test_loss=0.25,
        test_accuracy=accuracy,
        learning_rate=1e-3,
        train_seconds=1.5 * number,
    )


def finished(run: str) -> Finished:
    return Finished(
        run=run,
        framework="keras",
        epochs=10,
        step=9380,
        test_accuracy=0.93,
        test_loss=0.2,
        seconds={"train": 12.5},
        device="cpu",
        latency_ms=0.4,
    )


def stopped(run: str) -> Stopped:
    return Stopped(
        run=run,
        framework="keras",
        epochs=0,
        step=7,
        test_accuracy=None,
        test_loss=None,
        seconds={"train": 0.1},
        device="cpu",
    )


def failed(run: str) -> Failed:
    return Failed(run=run, framework="keras", reason="Its loss is not a number.")
