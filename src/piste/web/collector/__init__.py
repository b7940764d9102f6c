"""The Snowplow collector: one raw ASGI callable that turns requests into collector payloads."""
