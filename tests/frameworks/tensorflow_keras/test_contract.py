from tests.frameworks.contract import (
    EvaluationContract,
    FrameworkContract,
    TrainingContract,
    WeightsContract,
)
from tests.frameworks.optimiser_contract import OptimiserContract


class TestFramework(FrameworkContract):
    pass


class TestWeights(WeightsContract):
    pass


class TestEvaluation(EvaluationContract):
    pass


class TestTraining(TrainingContract):
    pass


class TestOptimisers(OptimiserContract):
    pass
