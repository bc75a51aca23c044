"""The Framework parity page: the check and the settings that it fixes."""
