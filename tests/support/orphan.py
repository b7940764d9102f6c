"""A program with a pipeline and a worker process, which is killed, or ends without stopping it."""

import asyncio
import sys

from support.pipelines import FOREVER_S, KeepingStore
from support.requests import get
from support.working import Prepare

from piste.ingest.log import MemoryLog
from piste.ingest.pipeline import Pipeline
from piste.ingest.workers import WorkerProcess


async def main() -> None:
    worker = WorkerProcess(Prepare())
    pipeline = Pipeline(MemoryLog(1 << 20), Prepare()(), KeepingStore(), workers=[worker])
    pipeline.start()
    await pipeline.submit(get({"e": "pv"}))
    assert await pipeline.catch_up(FOREVER_S) == 0
    print("ready", worker.pid, flush=True)
    if "ends" not in sys.argv:
        await asyncio.sleep(FOREVER_S)


if __name__ == "__main__":
    asyncio.run(main())
