"""TinyTrail's API of accounts, users and websites."""
