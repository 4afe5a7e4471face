"""Where reports go: it consumes reports and nothing else."""
