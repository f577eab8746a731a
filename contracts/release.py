"""Which release of the product this is."""

VERSION = "0.1.0"
"""As in pyproject.toml; written here too, since images hold folders and no installed package."""
