"""How large the video is and its three parts: an address, what the browser shows, a caption."""

WIDTH = 1280
ADDRESS_HEIGHT = 36
CAPTION_HEIGHT = 84
PAGE_HEIGHT = 600
HEIGHT = ADDRESS_HEIGHT + PAGE_HEIGHT + CAPTION_HEIGHT
PHONE_WIDTH = 390
RATE = 25
"""Pictures a second."""
