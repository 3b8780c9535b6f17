from small_weights import save, weights  # noqa: F401  (fixtures)
