"""Who speaks: the seam, and who fills it."""
