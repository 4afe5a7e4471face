"""For those who write assignments: starters, golden cases, mutants, and the proof that all hold."""
