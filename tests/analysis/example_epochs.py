from mnist_studio.events import Epoch


def epochs(*accuracies: float) -> tuple[Epoch, ...]:
    """Epochs of 2 seconds each with these test accuracies, after one second of preparation."""
    return tuple(
        Epoch(
            run="r",
            framework="numpy",
            epoch=number,
            step=10 * number,
            train_loss=0.5,
            train_accuracy=0.9,
            validation_loss=None,
            validation_accuracy=None,
            test_loss=0.4,
            test_accuracy=accuracy,
            learning_rate=0.1,
            train_seconds=2.0 * number,
            preparation_seconds=1.0,
        )
        for number, accuracy in enumerate(accuracies, start=1)
    )
