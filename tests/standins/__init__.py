"""Stand-ins for what lives outside: the telephone network."""
