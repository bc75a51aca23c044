"""The optimizers of the spec as subclasses of Keras' own, whose equations differ.

Keras' Adam adds epsilon before the bias correction, its RMSprop adds it inside the root, and its
SGD multiplies the learning rate into the velocity. Keras also stores the learning rate in float32.
These classes use the equations of ``spec.optimizers``, with TensorFlow's fused kernels where they
exist.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import optimizers

from mnist_studio.spec import optimizers as spec

Tensor = Any


class Sgd(optimizers.SGD):
    """v = momentum·v + g; w -= r·v, or r·(g + momentum·v) with Nesterov momentum."""

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        """Updates one variable."""
        rate = tf.cast(learning_rate, variable.dtype)
        if self.momentum == 0:
            tf.raw_ops.ResourceApplyGradientDescent(
                var=_handle(variable), alpha=rate, delta=gradient
            )
            return
        velocity = self.momentums[self._get_variable_index(variable)]
        tf.raw_ops.ResourceApplyMomentum(
            var=_handle(variable),
            accum=_handle(velocity),
            lr=rate,
            grad=gradient,
            momentum=tf.constant(self.momentum, variable.dtype),
            use_nesterov=self.nesterov,
        )


class Adam(optimizers.Adam):
    """m = b1·m + (1-b1)·g; s = b2·s + (1-b2)·g²; w -= r · m̂ / (√ŝ + epsilon)."""

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        """Updates one variable.

        The kernel computes w -= a·m / (√s + e). With the corrections c1 = 1-b1^t and c2 = 1-b2^t,
        this equals the update above for a = r·√c2 / c1 and e = epsilon·√c2.
        """
        index, dtype = self._get_variable_index(variable), variable.dtype
        correction1 = self._correction(self.beta_1, dtype)
        root2 = tf.sqrt(self._correction(self.beta_2, dtype))
        tf.raw_ops.ResourceApplyAdam(
            var=_handle(variable),
            m=_handle(self._momentums[index]),
            v=_handle(self._velocities[index]),
            beta1_power=tf.zeros((), dtype),
            beta2_power=tf.zeros((), dtype),
            lr=tf.cast(tf.cast(learning_rate, tf.float64) * root2 / correction1, dtype),
            beta1=tf.constant(self.beta_1, dtype),
            beta2=tf.constant(self.beta_2, dtype),
            epsilon=tf.cast(self.epsilon * root2, dtype),
            grad=gradient,
        )

    def _correction(self, beta: float, dtype: str) -> Tensor:
        """1 - beta^t in float64, for beta rounded to ``dtype``. In float32, 1 - b2 is 1e-5 off."""
        rounded = np.float64(np.dtype(dtype).type(beta))
        return 1 - tf.pow(rounded, tf.cast(self.iterations.value + 1, tf.float64))


class Adadelta(optimizers.Adadelta):
    """s = rho·s + (1-rho)·g²; d = √(u + epsilon) / √(s + epsilon) · g; w -= r·d."""

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        """Updates one variable."""
        index, dtype = self._get_variable_index(variable), variable.dtype
        tf.raw_ops.ResourceApplyAdadelta(
            var=_handle(variable),
            accum=_handle(self._accumulated_grads[index]),
            accum_update=_handle(self._accumulated_delta_vars[index]),
            lr=tf.cast(learning_rate, dtype),
            rho=tf.constant(self.rho, dtype),
            epsilon=tf.constant(self.epsilon, dtype),
            grad=gradient,
        )


class RmsProp(optimizers.RMSprop):
    """s = rho·s + (1-rho)·g²; v = momentum·v + g / (√s + epsilon); w -= r·v.

    Centered: a = rho·a + (1-rho)·g, and s - a² instead of s below the root.
    """

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        """Updates one variable."""
        index = self._get_variable_index(variable)
        square = _native(self._velocities[index])
        square.assign(self.rho * square + (1 - self.rho) * tf.square(gradient))
        below = square
        if self.centered:
            mean = _native(self._average_gradients[index])
            mean.assign(self.rho * mean + (1 - self.rho) * gradient)
            below = square - tf.square(mean)
        change = gradient / (tf.sqrt(below) + self.epsilon)
        if self.momentum:
            velocity = _native(self._momentums[index])
            change = velocity.assign(self.momentum * velocity + change)
        _native(variable).assign_sub(tf.cast(learning_rate, variable.dtype) * change)


def build(optimizer: spec.Optimizer, variables: Iterable[keras.Variable]) -> optimizers.Optimizer:
    """Keras' optimizer with all slots 0."""
    built = _optimizer(optimizer)
    built.build(list(variables))
    return built


def update(
    optimizer: optimizers.Optimizer,
    decay: spec.WeightDecay | None,
    gradients: Mapping[str, Tensor],
    variables: Mapping[str, keras.Variable],
    rate: Tensor,
) -> None:
    """Updates all variables once.

    It does not use ``optimizer.apply``, which reads the learning rate from a float32 variable.

    Args:
        optimizer: from ``build``.
        decay: weight decay of the training, that of AdamW included.
        gradients: of every trainable weight by its canonical name.
        variables: all trainable weights by the same names.
        rate: learning rate, float64.
    """
    for name, variable in variables.items():
        gradient = _decayed(gradients[name], variable, decay, rate, name)
        optimizer.update_step(gradient, variable, rate)
    optimizer.iterations.assign_add(1)


def _decayed(
    gradient: Tensor,
    variable: keras.Variable,
    decay: spec.WeightDecay | None,
    rate: Tensor,
    name: str,
) -> Tensor:
    """The gradient after weight decay, which changes the variable itself where it is decoupled."""
    if not spec.is_decayed(name):
        return gradient
    weight = _native(variable)
    match decay:
        case spec.CoupledDecay(rate=strength):
            return gradient + tf.constant(strength, variable.dtype) * weight
        case spec.DecoupledDecay(rate=strength):
            weight.assign(tf.cast(1 - rate * strength, variable.dtype) * weight)
    return gradient


def slots(optimizer: optimizers.Optimizer, slot: str) -> list[keras.Variable]:
    """The optimizer's variables for a canonical slot, one for each weight."""
    match optimizer, slot:
        case Sgd(), "velocity":
            return list(optimizer.momentums)
        case (Adam(), "mean") | (RmsProp(), "velocity"):
            return list(optimizer._momentums)
        case RmsProp(), "mean":
            return list(optimizer._average_gradients)
        case (Adam() | RmsProp(), "square"):
            return list(optimizer._velocities)
        case Adadelta(), "square":
            return list(optimizer._accumulated_grads)
        case _:
            return list(optimizer._accumulated_delta_vars)


def _optimizer(optimizer: spec.Optimizer) -> optimizers.Optimizer:
    rate = optimizer.learning_rate
    match spec.without_decay(optimizer):
        case spec.Sgd(momentum=momentum, nesterov=nesterov):
            return Sgd(rate, momentum=momentum, nesterov=nesterov)
        case spec.Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return Adam(rate, beta_1=beta1, beta_2=beta2, epsilon=epsilon, amsgrad=False)
        case spec.Adadelta(rho=rho, epsilon=epsilon):
            return Adadelta(rate, rho=rho, epsilon=epsilon)
        case spec.RmsProp(rho=rho, epsilon=epsilon, momentum=momentum, centered=centered):
            return RmsProp(rate, rho=rho, momentum=momentum, epsilon=epsilon, centered=centered)


def _native(variable: Any) -> Any:
    """TensorFlow's variable inside Keras'."""
    return variable.value if isinstance(variable, keras.Variable) else variable


def _handle(variable: Any) -> Tensor:
    return _native(variable).handle
