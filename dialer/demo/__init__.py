"""Demo data for a first look: marked as demo, and made by the verbs that real data is made by."""
