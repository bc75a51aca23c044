"""Optimizer, schedule and clipping of a PyTorch program."""

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import call, number
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd
from mnist_studio.spec.run import ClipNorm, TrainingSpec
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau


def optimizer(optimiser: Optimizer) -> str:
    """The line that makes the optimiser, with what its defaults do not have already."""
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


def scheduler(training: TrainingSpec) -> str:
    """The line that makes the schedule; empty where the rate is constant."""
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


def clip(training: TrainingSpec) -> str:
    """The line that clips the gradients; empty where they stay."""
    if not training.clip:
        return ""
    kind = "norm" if isinstance(training.clip, ClipNorm) else "value"
    limit = number(training.clip.limit)
    return f"nn.utils.clip_grad_{kind}_(model.parameters(), {limit})"
