from mnist_studio.frameworks.tensorflow_keras import script
from tests.frameworks.script_contract import ScriptContract


class TestScript(ScriptContract):
    adapter = script
    name = "keras"
