"""Runs spark/land.py and kills it, with all that it started, at one moment, or tells it to stop there.

usage: spark_doomed.py SPARK_FOLDER (STEP NUMBER before|after|stop|lose)... < job to start a session by, then jobs

STEP is a step over the lake's files (write, commit, rename, place, sweep) or what makes the rows of quarantine
(to_quarantine), NUMBER which of them, from 1. Jobs come as land.py has them. `stop` sends SIGTERM behind the step, and
goes on when it has been heard; `lose` goes on without its rows. Where the moment never comes, the job is done and the
exit code 0.
"""

import json
import os
import signal
import sys
import time

from pyspark.sql import SparkSession

folder, *moments = sys.argv[1:]
sys.path.insert(0, folder)

import decide  # noqa: E402
import lake  # noqa: E402
import land  # noqa: E402


def doom(owner, name, number, when):
    work = getattr(owner, name)
    done = 0

    def doomed(*args, **kwargs):
        nonlocal done
        done += 1
        is_now = done == int(number)
        if is_now and when == "before":
            os.killpg(0, signal.SIGKILL)
        result = work(*args, **kwargs)
        if is_now and when == "stop":
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(3)  # land.py looks every second
        elif is_now and when == "lose":
            return result.limit(0)
        elif is_now:
            os.killpg(0, signal.SIGKILL)
        return result

    setattr(owner, name, doomed)


owners = {"write": land.Landing, "to_quarantine": decide}
for step, number, when in zip(moments[::3], moments[1::3], moments[2::3]):
    doom(owners.get(step, lake.Lake), step, number, when)
ahead = json.loads(sys.stdin.readline())
SparkSession.builder.master(ahead["master"]).config(map=ahead["settings"]).getOrCreate()
land.main()
