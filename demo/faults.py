"""What ends the demonstration, told in one sentence."""


class DemoError(Exception):
    """Something was missing, or not as it should be."""
