"""Data Pioneers: a fair and kind autograder for a cohort of data engineers.

In JupyterLab, `%load_ext autograder` gives `%check`.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython for `%load_ext autograder`."""
    from autograder.live import register

    register(shell)
