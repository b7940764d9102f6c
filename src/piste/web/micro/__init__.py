"""The Micro API: what did my tracking just send, and why did it fail. For users: docs/api.md."""
