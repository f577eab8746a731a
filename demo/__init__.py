"""The demonstration: the real stack driven in a real browser, recorded with captions."""
