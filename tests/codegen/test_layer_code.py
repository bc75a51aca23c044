"""The lines of one layer in the scripts of the frameworks."""

from textwrap import dedent

import pytest
from msgspec.structs import replace

from mnist_studio.codegen.layer_code import layer_code
from mnist_studio.codegen.native_script import script
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.spec.recipes import RECIPES, run_spec


@pytest.mark.parametrize("name", ["robust"])
def test_the_lines_are_those_of_the_whole_script(name: str) -> None:
    recipe = RECIPES[name]
    scripts = {
        framework: [
            dedent(line).strip()
            for line in script(replace(run_spec(recipe), framework=framework)).splitlines()
        ]
        for framework in FRAMEWORKS
    }
    for position in range(len(recipe.model.layers)):
        for framework, code in layer_code(recipe.model, position).items():
            lines = [line.strip() for line in code.splitlines()]
            assert lines
            assert {line.removesuffix(",") for line in lines} <= {
                line.removesuffix(",") for line in scripts[framework]
            }
