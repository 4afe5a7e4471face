"""Data Pioneers: a fair and kind autograder for a cohort of data engineers."""

from __future__ import annotations

__version__ = "0.1.0"
