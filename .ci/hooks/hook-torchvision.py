"""What of torchvision the packaged program has, for PyTorch's scripts as written.

The hook that comes with PyInstaller knows the extension of older versions by its name only.
"""

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = collect_dynamic_libs("torchvision", search_patterns=["*.so", "*.pyd", "*.dll"])
module_collection_mode = "pyz+py"
