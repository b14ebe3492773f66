"""What stands in for LiveKit, telephones and Gemini, where none of them can be reached."""
