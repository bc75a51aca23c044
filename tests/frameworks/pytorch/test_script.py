from mnist_studio.frameworks.pytorch import script
from tests.frameworks.script_contract import ScriptContract


class TestScript(ScriptContract):
    adapter = script
    name = "pytorch"
