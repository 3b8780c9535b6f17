"""A run that can be interrupted, resumed and reproduced."""
