"""Questions to the event store: one portable SQL text each, and pure functions from rows to answers.

No engine, no HTTP: whoever asks hands in `Rows`.
"""
