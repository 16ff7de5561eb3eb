"""Everything that talks to a ticket tool, and nothing else."""
