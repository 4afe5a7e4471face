"""Boards: who stands where, derived from the ledger's records and from nothing else.

standings.py   records → ranks; pure rules
forms.py       standings as JSON and as a page in each language; no I/O
"""

from autograder.leaderboard.standings import Board, Result, Standing, boards

__all__ = ["Board", "Result", "Standing", "boards"]
