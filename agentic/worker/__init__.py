"""The voice itself: a program apart, and the only one that loads LiveKit's agents."""
