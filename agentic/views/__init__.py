"""Pages of AI calls."""
