"""The task of training one run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from msgspec.structs import replace

from mnist_studio.data.datasets import similarity
from mnist_studio.data.images import Dataset, joined
from mnist_studio.data.pipeline.batches import split
from mnist_studio.data.pipeline.reduction import reduced, reduced_count, with_label_noise
from mnist_studio.errors import TrainingFailed
from mnist_studio.events import Event, Finished, Phase, PhaseName, Stopped
from mnist_studio.formatting import count, counted, percent
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device, Framework
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running import dataset_ahead, learner_ahead, native_task
from mnist_studio.running.messages import TrainRequest
from mnist_studio.spec import codec
from mnist_studio.spec.datasets import OWN
from mnist_studio.spec.known_bugs import KNOWN_BUGS, effective
from mnist_studio.spec.run import KnownBugName, RunSpec
from mnist_studio.store import artifacts, handwriting, locks, own_images
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.loop import Training
from mnist_studio.training.machine import MachineMonitor
from mnist_studio.training.session import Control, DataSplit, TrainingSession
from mnist_studio.workers.task import Context


def train(request: TrainRequest, context: Context[Event]) -> Finished | Stopped:
    """The task of training one run.

    Raises:
        MnistStudioError: the run cannot be trained here; says why.
    """
    with locks.only_child(Path(request.folder)):
        return _run(request, context)


def _run(request: TrainRequest, context: Context[Event]) -> Finished | Stopped:
    control = Control()
    commands = {"pause": control.pause, "resume": control.resume, "stop": control.stop}
    context.on_command(lambda name: commands[name]())
    clock, machine = PhaseClock("import"), MachineMonitor()
    clock.add("start", perf_counter() - request.launched)
    described = codec.validate(request.spec)
    spec = effective(described)

    def phase(name: PhaseName) -> Phase:
        return Phase(run=request.run, framework=spec.framework, phase=name)

    context.send(phase("import"))
    framework = registry.load(spec.framework)
    device = choose_device(framework, spec)
    if spec.style == "shared":
        # A native script reads its own data, and what is read here only evaluates it.
        clock.enter("data")
        context.send(phase("data"))
    data = Path(request.data) if request.data else None
    dataset = dataset_ahead.take(spec.dataset, data)
    check_classes(spec, dataset)
    session = TrainingSession(
        run=request.run, spec=spec, data=_split(spec, dataset), folder=Path(request.folder),
        device=device.name, clock=clock, control=control, on_event=context.send, machine=machine,
        checkpoint_seconds=request.checkpoint_seconds, recording=request.recording,
    )  # fmt: skip
    _warn_of_bugs(session, described.known_bugs)
    looks = similarity.of_dataset(dataset) if dataset.name.startswith(OWN) else ()
    for note in (*dataset.notes, *looks, *_reductions(spec, dataset, session.data)):
        session.warn(note)
    if spec.style == "native":
        return native_task.train(session, described.known_bugs, data)
    session.enter("build", f"on {device.name}")
    return _train(session, framework, device, request)


def _train(
    session: TrainingSession, framework: Framework, device: Device, request: TrainRequest
) -> Finished | Stopped:
    """Trains through the shared loop."""
    spec = session.spec
    learner = learner_ahead.take(spec, device)
    if learner is None:
        weights = initial_weights(spec.model, spec.training.seed, spec.training.precision)
        learner = framework.learner(spec, weights, device)
    training = Training(session, learner)
    training.prepare()
    if request.resume:
        checkpoint = artifacts.load_checkpoint(session.folder, spec)
        training.resume(checkpoint, request.epochs)
    return training.run()


def _warn_of_bugs(session: TrainingSession, bugs: Sequence[KnownBugName]) -> None:
    for name in bugs:
        session.warn(f"Known bug turned on: {KNOWN_BUGS[name].title}.")
    if session.spec.training.loss == "double_softmax":
        session.warn(
            "The training loss applies softmax twice. The validation and test losses "
            "are plain cross-entropy."
        )


def _split(spec: RunSpec, dataset: Dataset) -> DataSplit:
    train, validation = split(dataset.train, spec.training.validation, spec.training.seed)
    train = reduced(train, spec.training.training_fraction, spec.training.seed)
    train = with_label_noise(
        train, spec.training.label_noise, len(spec.class_names), spec.training.seed
    )
    if spec.own_images:
        train = joined(train, own_images.load(spec.own_images).digits)
    if spec.handwriting_styles:
        generated = handwriting.labeled_images(spec.handwriting_styles, spec.training.seed)
        train = joined(train, generated)
    return DataSplit(train, validation, dataset.test)


def check_classes(spec: RunSpec, dataset: Dataset) -> None:
    """Checks that a dataset has the classes of a run, in their order.

    Raises:
        TrainingFailed: it has others, because it was changed or the run is of another one.
    """
    if dataset.class_names == spec.class_names:
        return
    raise TrainingFailed(
        f"The run has {counted(len(spec.class_names), 'class', 'classes')}, from "
        f"“{spec.class_names[0]}” to “{spec.class_names[-1]}”, but {dataset.title} has "
        f"{counted(len(dataset.class_names), 'class', 'classes')}, from "
        f"“{dataset.class_names[0]}” to “{dataset.class_names[-1]}”.",
        "Choose the dataset again so that the run gets its classes.",
    )


def _reductions(spec: RunSpec, dataset: Dataset, data: DataSplit) -> Iterator[str]:
    """Sentences about a fraction of the training images, and wrong labels among them."""
    whole = len(dataset.train) - (len(data.validation) if data.validation else 0)
    used = reduced_count(whole, spec.training.training_fraction)
    if spec.training.training_fraction < 1:
        yield f"The training set is {count(used)} of {count(whole)} images."
    if spec.training.label_noise:
        wrong = round(spec.training.label_noise * used)
        share = percent(wrong / used)
        yield f"Label noise: {count(wrong)} of {count(used)} training labels ({share}) are wrong."


def choose_device(framework: Framework, spec: RunSpec) -> Device:
    """The device that ``spec`` names; the fastest for ``auto``.

    Raises:
        TrainingFailed: the framework cannot train the spec here, for example on that device.
    """
    for device in framework.devices():
        # The fastest device may lack a precision that the next one has.
        wanted = spec.device in ("auto", device.kind)
        if wanted and not framework.problems(replace(spec, device=device.kind)):
            return device
    problem = framework.problems(spec)[0]
    raise TrainingFailed(problem.text, problem.remedy)
