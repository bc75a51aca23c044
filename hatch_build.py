"""Adds the addresses of the project to the metadata of a wheel, where the build knows them.

Only a build in the repository's workflow does: GitHub names the repository by these variables.
"""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Addresses(MetadataHookInterface):
    """The hook that ``pyproject.toml`` names."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds the field ``urls``."""
        server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        if server and name:
            home = f"{server}/{name}"
            metadata["urls"] = {
                "Homepage": home,
                "Documentation": f"{home}/blob/main/README.md",
                "Changelog": f"{home}/blob/main/CHANGELOG.md",
                "Issues": f"{home}/issues",
            }
        else:
            metadata["urls"] = {}
