"""A run as PyTorch's documentation would have one write it."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common, pytorch_digits, pytorch_layers, pytorch_update
from mnist_studio.idiomatic.program import INDENT, Cell, Program, block, call
from mnist_studio.spec.run import RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Exponential, Plateau

SMOOTHEST = 6.75
"""Pixels; torchvision's kernel reaches four deviations far, which must lie within the image."""


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``idiomatic.problems``."""
    change = run.training.augmentation
    if change and change.elastic and change.smoothness > SMOOTHEST:
        return (
            "torchvision's ElasticTransform cannot smooth over more than "
            f"{SMOOTHEST:g} pixels of a digit; choose a smaller smoothness.",
        )
    return ()


def program(run: RunSpec) -> Program:
    """The program of a run, its faults' effects already in it."""
    training = run.training
    cells = (
        Cell("Network", pytorch_layers.model_function(run)),
        Cell("Digits", pytorch_digits.digits_function(run)),
        *([Cell("Batches", pytorch_digits.ENDLESS)] if common.amid_pass(training) else []),
        Cell("Train", _train(training)),
        Cell("Evaluate", _evaluate(training)),
        common.REPORT,
        Cell("All of it", _main(run)),
    )
    constants = common.constants(run, training.seed)
    folder = "where torchvision keeps MNIST"
    return Program(tuple(_imports(run)), constants, cells, folder)


def _imports(run: RunSpec) -> Iterator[str]:
    training = run.training
    if common.amid_pass(training):
        yield "import itertools"
    if training.sampling == "with_replacement" and not training.epoch_steps:
        yield "import math"
    yield "\nimport torch\nfrom torch import nn"
    names = ["DataLoader"]
    names += ["RandomSampler"] if training.sampling == "with_replacement" else []
    if training.validation:
        names.append("Subset" if training.augmentation else "random_split")
    yield f"from torch.utils.data import {', '.join(names)}"
    yield "from torchvision import datasets, transforms"


def _train(training: TrainingSpec) -> str:
    arguments = "model, batches, loss_fn, optimizer, device"
    arguments += ", scheduler" if common.by_step(training) else ""
    step = [
        "images, labels = images.to(device), labels.to(device)",
        "optimizer.zero_grad()",
        *_forward(training, "logits" if training.loss == "cross_entropy" else "softmax"),
        "loss.backward()",
        pytorch_update.clip(training),
        "optimizer.step()",
        "scheduler.step()" if common.by_step(training) else "",
        "total_loss += loss.item() * len(labels)",
        "correct += (logits.argmax(dim=1) == labels).sum().item()",
        "count += len(labels)",
    ]
    return f'''\
def train({arguments}):
    """Train for one epoch; mean loss and accuracy while the weights moved."""
    model.train()
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in batches:
{block(step, 2)}
    return total_loss / count, correct / count'''


def _forward(training: TrainingSpec, fed: str = "logits") -> tuple[str, ...]:
    lines = ["logits = model(images)", "loss = loss_fn(logits, labels)"]
    if fed == "softmax":
        lines[1] = "loss = loss_fn(logits.softmax(dim=1), labels)  # the fault: softmax twice"
    if training.precision != "bfloat16":
        return tuple(lines)
    inner = INDENT * 3
    head = "with torch.autocast(device_type=device, dtype=torch.bfloat16):"
    return (f"{head}\n{inner}{lines[0]}\n{inner}{lines[1]}",)


def _evaluate(training: TrainingSpec) -> str:
    step = [
        "images, labels = images.to(device), labels.to(device)",
        *_forward(training),
        "total_loss += loss.item() * len(labels)",
        "correct += (logits.argmax(dim=1) == labels).sum().item()",
        "count += len(labels)",
    ]
    return f'''\
@torch.no_grad()
def evaluate(model, loader, loss_fn, device):
    """Mean loss and accuracy."""
    model.eval()
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in loader:
{block(step, 2)}
    return total_loss / count, correct / count'''


def _main(run: RunSpec) -> str:
    training = run.training
    loaders = "train_loader, test_loader"
    if training.validation:
        loaders = "train_loader, validation_loader, test_loader"
    lines = [
        "torch.set_default_dtype(torch.float64)" if training.precision == "float64" else "",
        "torch.manual_seed(SEED)",
        _device(run),
        f"{loaders} = load_digits(data)",
        "model = build_model().to(device)",
        "print(model)",
        "loss_fn = nn.CrossEntropyLoss()",
        pytorch_update.optimizer(training.optimizer),
        pytorch_update.scheduler(training),
        "batches = endless(train_loader)" if common.amid_pass(training) else "",
        "for epoch in range(1, epochs + 1):",
    ]
    return (
        'def main(data="data", epochs=EPOCHS):\n    """Train, and evaluate after every epoch."""\n'
        f"{block(lines)}\n{block(_epoch(training), 2)}\n    return model"
    )


def _device(run: RunSpec) -> str:
    if run.device != "auto":
        return f'device = "{run.device}"'
    if run.training.precision == "float64":
        return 'device = "cuda" if torch.cuda.is_available() else "cpu"'
    return (
        'device = "cpu"\n'
        "    if torch.accelerator.is_available():\n"
        "        device = torch.accelerator.current_accelerator().type"
    )


def _epoch(training: TrainingSpec) -> Iterator[str]:
    fed = "train_loader"
    if common.amid_pass(training):
        fed = "some"
        yield "some = itertools.islice(batches, STEPS_PER_EPOCH)"
    step = ("scheduler",) if common.by_step(training) else ()
    arguments = ("model", fed, "loss_fn", "optimizer", "device", *step)
    yield call("trained = train", *arguments, indent=2)
    scores = ["training=trained"]
    if training.validation:
        yield "validated = evaluate(model, validation_loader, loss_fn, device)"
        scores.append("validation=validated")
    yield "tested = evaluate(model, test_loader, loss_fn, device)"
    match training.schedule:
        case Plateau():
            yield "scheduler.step(validated[1])"
        case Exponential(period=0):
            yield "scheduler.step()"
    yield call("report", "epoch", "epochs", *scores, "test=tested", indent=2)
