"""One file per way to reach a model. Endpoint quirks are known here and nowhere else."""
