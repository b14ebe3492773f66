"""Pages about people: the door, who works here, what they do now."""
