"""Piste's own schema registry: what may be published, by whom, and where it is deployed."""
