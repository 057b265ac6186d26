"""evalcenter: test-before-launch evaluation of AI in medicine and government.

Importing this package does nothing: no file is read, no handler installed, no heavy library loaded.
"""

from typing import Final

__all__ = ["__version__"]
__version__: Final = "0.1.0"
