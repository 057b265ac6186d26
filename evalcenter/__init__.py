"""evalcenter: test-before-launch evaluation of AI in medicine and government.

Importing this package does nothing: no file is read, no handler installed, no heavy library loaded.
"""

__all__ = ["__version__"]
__version__ = "0.1.0"
