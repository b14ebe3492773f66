"""Whether a number may be dialed now: pure rules over facts and the clock."""
