"""Watch: shows what passes over the topics. It reads them, and nothing else."""
