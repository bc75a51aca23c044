from mnist_studio.frameworks.pytorch import native_script
from tests.frameworks.script_contract import ScriptContract


class TestScript(ScriptContract):
    adapter = native_script
    name = "pytorch"
