"""Calls without a person: voice agents that work through a list by themselves."""
