"""A run as Keras' documentation would have one write it."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common, keras_batches, keras_layers, keras_update
from mnist_studio.idiomatic.program import Cell, Program, block, call
from mnist_studio.spec.run import RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, OneCycle, Plateau


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``idiomatic.problems``."""
    if run.training.bias_gradients == "exact":
        return ()
    return (
        "Keras' fit() cannot sum the gradients of biases; switch the fault “bias-gradients” off "
        "or choose PyTorch or NumPy.",
    )


def program(run: RunSpec) -> Program:
    """The program of a run, its faults' effects already in it."""
    training = run.training
    cells = (
        *keras_layers.elastic(training.augmentation),
        Cell("Network", keras_layers.model_function(run)),
        Cell("Digits", keras_batches.DIGITS),
        *keras_batches.batches(training),
        *keras_update.schedule(training),
        *([Cell("Loss", _DOUBLE_SOFTMAX)] if training.loss == "double_softmax" else []),
        Cell("All of it", _main(run)),
    )
    # Keras takes seeds of 32 bits.
    constants = common.constants(run, training.seed % 2**32)
    return Program(
        tuple(_imports(run)),
        (*constants, *common.one_cycle(training.schedule)),
        cells,
        "folder with mnist.npz; Keras' own if not given",
    )


def _imports(run: RunSpec) -> Iterator[str]:
    yield "from pathlib import Path"
    yield "\nimport keras\nimport numpy as np"
    if run.device == "cpu" or common.amid_pass(run.training):
        yield "import tensorflow as tf"
    if run.training.augmentation and run.training.augmentation.elastic:
        yield "from keras import ops"


_DOUBLE_SOFTMAX = '''\
def double_softmax(labels, logits):
    """The fault: the loss applies a softmax to what has already been through one."""
    probabilities = keras.ops.softmax(logits)
    return keras.losses.sparse_categorical_crossentropy(
        labels, probabilities, from_logits=True
    )'''


def _main(run: RunSpec) -> str:
    training = run.training
    watched = "x_validation, y_validation" if training.validation else "x_test, y_test"
    lines = [
        'tf.config.set_visible_devices([], "GPU")' if run.device == "cpu" else "",
        'keras.config.set_floatx("float64")' if training.precision == "float64" else "",
        'keras.mixed_precision.set_global_policy("mixed_bfloat16")'
        if training.precision == "bfloat16"
        else "",
        "keras.utils.set_random_seed(SEED)",
        "(x_train, y_train), (x_test, y_test) = load_digits(data)",
        *_apart(training),
        "model = build_model()",
        "model.summary()",
        *_steps(training),
        _compile(training),
        _fit(training, f"validation_data=({watched})"),
        "loss, accuracy = model.evaluate(x_test, y_test, verbose=0)",
        'print(f"Test loss {loss:.4f}, accuracy {accuracy:.2%}")',
        "return model",
    ]
    return (
        'def main(data=None, epochs=EPOCHS):\n    """Train, and evaluate after every epoch."""\n'
        f"{block(lines)}"
    )


def _apart(training: TrainingSpec) -> Iterator[str]:
    if training.validation:
        yield "x_validation, y_validation = x_train[-VALIDATION:], y_train[-VALIDATION:]"
        yield "x_train, y_train = x_train[:-VALIDATION], y_train[:-VALIDATION]"


def _steps(training: TrainingSpec) -> Iterator[str]:
    """The steps of the run, where the schedule needs them."""
    if not isinstance(training.schedule, OneCycle):
        return
    steps = "int(np.ceil(len(x_train) / BATCH_SIZE))"
    if training.epoch_steps:
        steps = "STEPS_PER_EPOCH"
    elif common.is_full_batch(training):
        steps = "1"
    yield f"steps = epochs * {steps}"


def _compile(training: TrainingSpec) -> str:
    loss = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    if training.loss == "double_softmax":
        loss = "double_softmax"
    arguments = (keras_update.optimizer(training), f"loss={loss}", 'metrics=["accuracy"]')
    return call("model.compile", *arguments, indent=1)


def _fit(training: TrainingSpec, watched: str) -> str:
    arguments = ["x_train", "y_train", "batch_size=BATCH_SIZE"]
    if training.sampling == "with_replacement":
        arguments = ["RandomBatches(x_train, y_train)"]
    elif common.amid_pass(training):
        arguments = ["endless(x_train, y_train)", "steps_per_epoch=STEPS_PER_EPOCH"]
    elif common.is_full_batch(training):
        arguments[2] = "batch_size=len(x_train)"
    elif training.sampling == "stored":
        arguments.append("shuffle=False")
    arguments += ["epochs=epochs", watched, *_callbacks(training), "verbose=2"]
    return call("model.fit", *arguments, indent=1)


def _callbacks(training: TrainingSpec) -> Iterator[str]:
    match training.schedule:
        case Exponential(period=0):
            yield "callbacks=[keras.callbacks.LearningRateScheduler(schedule)]"
        case Plateau(factor=factor, patience=patience, lowest=lowest):
            arguments = (
                'monitor="val_accuracy"', f"factor={factor!r}", f"patience={patience}",
                "min_delta=0.0", f"min_lr={lowest!r} * LEARNING_RATE",
            )  # fmt: skip
            plateau = call("keras.callbacks.ReduceLROnPlateau", *arguments, indent=3)
            yield f"callbacks=[\n            {plateau}\n        ]"
