"""The whole path of a real voice, in a network of its own: `tests/standins/voice/netns.sh`."""
