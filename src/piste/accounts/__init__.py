"""Tenants, their users and keys, and what a user may do."""
