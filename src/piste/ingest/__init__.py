"""The flow: from recorded requests to rows and outputs."""
