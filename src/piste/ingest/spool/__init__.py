"""The spool: the log on disk. An acknowledged record survives the process and the machine's power.

Room:   segment files of frames in one folder; fits `ingest.log.Log`.
Limits: one process at a time. What the writer has not synced is not acknowledged, and may come back or
        not after a crash; what it has is never lost.
"""

from piste.ingest.spool.segments import SpoolError
from piste.ingest.spool.spool import Spool

__all__ = ["Spool", "SpoolError"]
