"""Draws any rows of any declared column as numbers; knows distributions, not files or dialects.

    plan = Plan(dataset, scale=0.01, seed=42)
    plan.part("purchases", 1000, 2000).to_arrow()     any rows, drawn by themselves

Each kind of draw is one class that says how it is declared, checked and drawn; `KINDS` lists them.
All is integer arithmetic on `streams`, so that the bytes are the same on every machine.
"""

from __future__ import annotations

from autograder.data.draws.drawn import Drawn, decimals, to_array
from autograder.data.draws.kinds import KINDS
from autograder.data.draws.plan import Part, Plan

__all__ = ["KINDS", "Drawn", "Part", "Plan", "decimals", "to_array"]
