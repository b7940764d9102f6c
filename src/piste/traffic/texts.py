"""Text from strangers, made fit to be kept.

Room:   pure.
Limits: a lone surrogate, which nothing can write, becomes U+FFFD; NUL, which databases refuse, goes.
"""


def clean(text: str | None, limit: int) -> str:
    """Trimmed, at most `limit` characters; no text is the empty one."""
    if not text:
        return ""
    text = text[:limit]
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "").strip()
