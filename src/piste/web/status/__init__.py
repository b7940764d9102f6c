"""What an operator's machines ask: `/health` and `/metrics`."""
