"""One file per way of marking. No grader calls a model."""
