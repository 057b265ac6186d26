"""One file per parametric family of items, deterministic from a seed."""
