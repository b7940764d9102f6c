"""Iglu Server's HTTP API, of Piste's own schema registry."""
