"""AI calls for machines."""
