"""What the benchmark of claims is made of."""
