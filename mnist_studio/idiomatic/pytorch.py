"""A run as PyTorch's documentation would have one write it."""

from collections.abc import Iterator, Mapping

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import (
    INDENT,
    Cell,
    Program,
    block,
    bracketed,
    call,
    exploded,
    number,
)
from mnist_studio.spec import layers as kinds
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.layers import Conv, Dense, Initialiser
from mnist_studio.spec.model import LayerReport, Scaling, describe, parameter_count
from mnist_studio.spec.optimisers import Adadelta, Adam, Optimiser, RmsProp, Sgd
from mnist_studio.spec.run import ClipNorm, RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau

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
        Cell("Network", _model(run)),
        Cell("Digits", _digits(run)),
        *([Cell("Batches", _ENDLESS)] if _amid_pass(training) else []),
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
    if _amid_pass(training):
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


def _amid_pass(training: TrainingSpec) -> bool:
    """Whether an epoch is counted in steps of passes that follow each other."""
    return bool(training.epoch_steps) and training.sampling != "with_replacement"


def _model(run: RunSpec) -> str:
    reports = describe(run.model)
    modules = [text for report in reports for text in _modules(report)]
    after = [*_initial(reports), *_bias_fault(run.training)]
    head = "model = nn.Sequential(" if after else "return nn.Sequential("
    built = exploded(head, modules, ")", indent=1)
    lines = [built, *after, "return model" if after else ""]
    count = f"{parameter_count(run.model):,}"
    return f'def build_model():\n    """A network of {count} parameters."""\n{block(lines)}'


_PLAIN: Mapping[type[kinds.Layer], tuple[str, ...]] = {
    kinds.GlobalAvgPool: ("nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"),
    kinds.Flatten: ("nn.Flatten()",),
    kinds.Relu: ("nn.ReLU()",),
    kinds.Sigmoid: ("nn.Sigmoid()",),
}


def _modules(report: LayerReport) -> tuple[str, ...]:
    """One layer in PyTorch's modules."""
    channels = report.input[-1]
    match report.layer:
        case kinds.Dense(units=units, bias=bias):
            return (call("nn.Linear", str(channels), str(units), *_without(bias)),)
        case kinds.Conv(filters=filters, size=size, padding=padding, bias=bias):
            same, sizes = padding == "same", (str(channels), str(filters), f"kernel_size={size}")
            if same and size % 2 == 0:
                before, after = (size - 1) // 2, size // 2
                padded = f"nn.ZeroPad2d(({before}, {after}, {before}, {after}))"
                return (padded, call("nn.Conv2d", *sizes, *_without(bias)))
            around = ('padding="same"',) if same else ()
            return (call("nn.Conv2d", *sizes, *around, *_without(bias)),)
        case kinds.MaxPool(size=size):
            return (f"nn.MaxPool2d({size})",)
        case kinds.AvgPool(size=size):
            return (f"nn.AvgPool2d({size})",)
        case kinds.BatchNorm(momentum=momentum, epsilon=epsilon):
            values = {"eps": epsilon, "momentum": round(1 - momentum, 12)}
            options = common.given({"eps": 1e-5, "momentum": 0.1}, values)
            kind = "nn.BatchNorm2d" if len(report.input) == 3 else "nn.BatchNorm1d"
            return (call(kind, str(channels), *options),)
        case kinds.Dropout(rate=rate):
            return (f"nn.Dropout({rate!r})",)
        case layer:
            return _PLAIN[type(layer)]


def _without(bias: bool) -> tuple[str, ...]:
    return () if bias else ("bias=False",)


def _initial(reports: tuple[LayerReport, ...]) -> Iterator[str]:
    """First weights that differ from PyTorch's own, layer by layer."""
    place = -1
    for report in reports:
        layer = report.layer
        place += len(_modules(report))
        if isinstance(layer, Dense | Conv) and not common.own_initial(layer):
            target = f"model[{place}]"
            yield _draw(f"{target}.weight", layer.initial, report)
            if layer.bias:
                yield _draw(f"{target}.bias", layer.initial_bias, report)


def _draw(target: str, initialiser: Initialiser, report: LayerReport) -> str:
    bias = target.endswith("bias")
    if initialiser == "fan_in_uniform":
        return ""  # PyTorch's own.
    if initialiser == "zeros":
        return f"nn.init.zeros_({target})"
    if initialiser == "glorot_uniform" and not bias:
        return f"nn.init.xavier_uniform_({target})"
    if initialiser == "he_normal" and not bias:
        return f'nn.init.kaiming_normal_({target}, nonlinearity="relu")'
    bound = common.limit(initialiser, report)
    if bound is None:
        deviation = common.rounded(common.he_deviation(report))
        return f"nn.init.normal_({target}, std={deviation})"
    return f"nn.init.uniform_({target}, -{common.rounded(bound)}, {common.rounded(bound)})"


def _bias_fault(training: TrainingSpec) -> tuple[str, ...]:
    if training.bias_gradients == "exact":
        return ()
    return (
        "# The fault: every bias of a layer gets the gradients of all its biases.",
        "for module in model:\n"
        "        if isinstance(module, nn.Linear | nn.Conv2d) and module.bias is not None:\n"
        "            module.bias.register_hook(lambda grad: grad.sum().expand_as(grad))",
    )


def _digits(run: RunSpec) -> str:
    training = run.training
    changed = training.augmentation
    lines = [_compose("transform", (), run.model.scaling)]
    if changed:
        lines.append(_compose("augment", tuple(_augment(changed)), run.model.scaling))
    name = "augment" if changed else "transform"
    lines += [
        _dataset("train_set", "True", name),
        _dataset("test_set", "False", "transform"),
        *_apart(training),
        *_train_loader(training),
        "test_loader = DataLoader(test_set, batch_size=1000)",
    ]
    loaders = ["train_loader", "test_loader"]
    if training.validation:
        lines.append("validation_loader = DataLoader(validation_set, batch_size=1000)")
        loaders.insert(1, "validation_loader")
    returned = f"return {', '.join(loaders)}"
    head = 'def load_digits(data):\n    """MNIST in batches; downloaded where it is missing."""\n'
    return head + block([*lines, returned])


def _compose(name: str, changes: tuple[str, ...], scaling: Scaling) -> str:
    steps = [*changes, "transforms.ToTensor()"]
    if scaling != Scaling():
        mean, deviation = number(scaling.mean), number(scaling.deviation)
        steps.append(f"transforms.Normalize(({mean},), ({deviation},))")
    if len(steps) == 1:
        return f"{name} = {steps[0]}"
    line = bracketed(f"{name} = transforms.Compose([", steps, "])", indent=1)
    if "\n" not in line:
        return line
    inner = INDENT * 2
    listed = exploded("[", steps, "]", indent=2)
    return f"{name} = transforms.Compose(\n{inner}{listed}\n{INDENT})"


def _augment(change: Augmentation) -> Iterator[str]:
    """The random changes of torchvision; each draws evenly within the limits."""
    affine = [f"degrees={change.rotation:g}"]
    if change.shift:
        part = common.rounded(change.shift / 28)
        affine.append(f"translate=({part}, {part})")
    if change.zoom:
        low, high = common.rounded(1 - change.zoom), common.rounded(1 + change.zoom)
        affine.append(f"scale=({low}, {high})")
    if change.shear:
        affine.append(f"shear={change.shear:g}")
    if change.rotation or len(affine) > 1:
        affine.append("interpolation=transforms.InterpolationMode.BILINEAR")
        yield call("transforms.RandomAffine", *affine, indent=3)
    if change.elastic:
        alpha = common.rounded(_alpha(change))
        sigma = common.rounded(change.smoothness)
        yield f"transforms.ElasticTransform(alpha={alpha}, sigma={sigma})"


def _alpha(change: Augmentation) -> float:
    """ElasticTransform's factor whose longest displacement is about ``elastic`` pixels.

    Even noise smoothed by a Gaussian of deviation s has the deviation 1 / sqrt(3) / (2 sqrt(pi) s);
    of a digit's field the longest is about three of them; half of alpha times it are pixels.
    """
    deviation = 0.5774 / (3.5449 * change.smoothness)
    return 2 * change.elastic / (3 * deviation)


def _dataset(name: str, train: str, transform: str) -> str:
    options = (f"train={train}", "download=True", f"transform={transform}")
    return call(f"{name} = datasets.MNIST", "data", *options, indent=1)


def _apart(training: TrainingSpec) -> Iterator[str]:
    if not training.validation:
        return
    if not training.augmentation:
        sizes = "[len(train_set) - VALIDATION, VALIDATION]"
        line = f"train_set, validation_set = random_split(train_set, {sizes})"
        if len(line) + 4 <= 88:
            yield line
        else:
            yield f"train_set, validation_set = random_split(\n        train_set, {sizes}\n    )"
        return
    yield _dataset("unchanged_set", "True", "transform")
    yield "order = torch.randperm(len(train_set)).tolist()"
    yield "train_set = Subset(train_set, order[VALIDATION:])"
    yield "validation_set = Subset(unchanged_set, order[:VALIDATION])"


def _train_loader(training: TrainingSpec) -> Iterator[str]:
    name = "train_loader = DataLoader"
    if common.is_full_batch(training):
        yield f"{name}(train_set, batch_size=len(train_set))"
        if not training.augmentation:
            yield "# It holds one batch, the same in every step: it is made only once."
            yield "train_loader = [next(iter(train_loader))]"
    elif training.sampling == "with_replacement":
        steps = "STEPS_PER_EPOCH"
        if not training.epoch_steps:
            steps = "steps"
            yield "steps = math.ceil(len(train_set) / BATCH_SIZE)"
        samples = f"num_samples={steps} * BATCH_SIZE"
        yield call("sampler = RandomSampler", "train_set", "replacement=True", samples, indent=1)
        yield f"{name}(train_set, batch_size=BATCH_SIZE, sampler=sampler)"
    elif training.sampling == "stored":
        yield "# In the order of the file, in every epoch."
        yield f"{name}(train_set, batch_size=BATCH_SIZE)"
    else:
        yield f"{name}(train_set, batch_size=BATCH_SIZE, shuffle=True)"


_ENDLESS = '''\
def endless(loader):
    """Batches without end, pass after pass."""
    while True:
        yield from loader'''


def _by_step(training: TrainingSpec) -> bool:
    """Whether the rate moves after every batch."""
    schedule = training.schedule
    by_period = isinstance(schedule, Exponential) and schedule.period > 0
    return by_period or isinstance(schedule, OneCycle)


def _train(training: TrainingSpec) -> str:
    arguments = "model, batches, loss_fn, optimizer, device"
    arguments += ", scheduler" if _by_step(training) else ""
    step = [
        "images, labels = images.to(device), labels.to(device)",
        "optimizer.zero_grad()",
        *_forward(training, "logits" if training.loss == "cross_entropy" else "softmax"),
        "loss.backward()",
        _clip(training),
        "optimizer.step()",
        "scheduler.step()" if _by_step(training) else "",
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


def _clip(training: TrainingSpec) -> str:
    if not training.clip:
        return ""
    kind = "norm" if isinstance(training.clip, ClipNorm) else "value"
    limit = number(training.clip.limit)
    return f"nn.utils.clip_grad_{kind}_(model.parameters(), {limit})"


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
        _optimizer(training.optimiser),
        _scheduler(training),
        "batches = endless(train_loader)" if _amid_pass(training) else "",
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


def _optimizer(optimiser: Optimiser) -> str:
    match optimiser:
        case Sgd(momentum=momentum):
            name, options = "SGD", common.given({"momentum": 0.0}, {"momentum": momentum})
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            betas = () if (beta1, beta2) == (0.9, 0.999) else (f"betas=({beta1!r}, {beta2!r})",)
            name, options = "Adam", (*betas, *common.given({"eps": 1e-8}, {"eps": epsilon}))
        case Adadelta(rho=rho, epsilon=epsilon):
            name = "Adadelta"
            options = common.given({"rho": 0.9, "eps": 1e-6}, {"rho": rho, "eps": epsilon})
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            name = "RMSprop"
            options = common.given(
                {"alpha": 0.99, "eps": 1e-8, "momentum": 0.0},
                {"alpha": rho, "eps": epsilon, "momentum": momentum},
            )
    arguments = ("model.parameters()", "lr=LEARNING_RATE", *options)
    return call(f"optimizer = torch.optim.{name}", *arguments, indent=1)


def _scheduler(training: TrainingSpec) -> str:
    kind = "scheduler = torch.optim.lr_scheduler."
    match training.schedule:
        case Constant():
            return ""
        case Exponential(factor=factor, period=period):
            gamma = f"gamma={factor!r}"
            if period:
                gamma = f"gamma={factor!r} ** (1 / {period})"
            return call(f"{kind}ExponentialLR", "optimizer", gamma, indent=1)
        case OneCycle(warmup=warmup, start=start, final=final):
            steps = "STEPS_PER_EPOCH" if training.epoch_steps else "len(train_loader)"
            arguments = (
                "optimizer", "max_lr=LEARNING_RATE", f"total_steps=epochs * {steps}",
                f"pct_start={warmup!r}", f"div_factor={start!r}", f"final_div_factor={final!r}",
                "cycle_momentum=False",
            )  # fmt: skip
            return call(f"{kind}OneCycleLR", *arguments, indent=1)
        case Plateau(factor=factor, patience=patience, lowest=lowest):
            # PyTorch reduces after one epoch more than its patience says.
            reduced = (
                "optimizer", 'mode="max"', f"factor={factor!r}", f"patience={patience - 1}",
                "threshold=0.0", f"min_lr={lowest!r} * LEARNING_RATE",
            )  # fmt: skip
            return call(f"{kind}ReduceLROnPlateau", *reduced, indent=1)


def _epoch(training: TrainingSpec) -> Iterator[str]:
    fed = "train_loader"
    if _amid_pass(training):
        fed = "some"
        yield "some = itertools.islice(batches, STEPS_PER_EPOCH)"
    step = ("scheduler",) if _by_step(training) else ()
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
