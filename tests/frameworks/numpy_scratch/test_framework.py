from mnist_studio.frameworks.base import Framework
from tests.frameworks.examples import run


def test_bfloat16_is_refused_with_a_remedy(framework: Framework) -> None:
    (problem,) = framework.problems(run(precision="bfloat16"))
    assert "bfloat16" in problem.text
    assert "float32" in problem.remedy
