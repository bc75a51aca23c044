from tests.frameworks.contract import (
    EvaluationContract,
    FrameworkContract,
    TrainingContract,
    WeightsContract,
)
from tests.frameworks.layer_contract import AveragePoolContract, BatchNormContract
from tests.frameworks.optimizer_contract import OptimizerContract
from tests.frameworks.resume_contract import ResumeContract
from tests.frameworks.step_contract import (
    BatchContract,
    ClipContract,
    FaultContract,
    LabelSmoothingContract,
)


class TestFramework(FrameworkContract):
    pass


class TestWeights(WeightsContract):
    pass


class TestEvaluation(EvaluationContract):
    pass


class TestTraining(TrainingContract):
    pass


class TestResume(ResumeContract):
    pass


class TestOptimizers(OptimizerContract):
    pass


class TestAveragePools(AveragePoolContract):
    pass


class TestBatchNorm(BatchNormContract):
    pass


class TestFaults(FaultContract):
    pass


class TestLabelSmoothing(LabelSmoothingContract):
    pass


class TestClipping(ClipContract):
    pass


class TestBatches(BatchContract):
    pass
