"""The reports of web analytics: one portable SQL text each, and pure functions from rows to answers.

Room:   rules. No engine, no HTTP, no clock: whoever asks hands in `Rows` and the moment.
Source: TinyTrail's API, "Reports"; what it leaves open is told in docs/reports.md.
"""
