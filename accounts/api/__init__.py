"""The API about people: the door, and an agent's seat."""
