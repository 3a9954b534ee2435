"""Runs spark/land.py and kills it, with all that it started, at one moment.

usage: spark_doomed.py SPARK_FOLDER STEP NUMBER before|after < job to start a session by, then jobs

STEP is a step over the lake's files (write, commit, rename, place, sweep), NUMBER which of them, from 1. Jobs come as
land.py has them. Where the moment never comes, the job is done and the exit code 0.
"""

import json
import os
import signal
import sys

from pyspark.sql import SparkSession

folder, step, number, when = sys.argv[1:]
sys.path.insert(0, folder)

import lake  # noqa: E402
import land  # noqa: E402


def doom(owner, name):
    work = getattr(owner, name)
    done = 0

    def doomed(*args, **kwargs):
        nonlocal done
        done += 1
        is_now = done == int(number)
        if is_now and when == "before":
            os.killpg(0, signal.SIGKILL)
        result = work(*args, **kwargs)
        if is_now:
            os.killpg(0, signal.SIGKILL)
        return result

    setattr(owner, name, doomed)


doom(land.Landing if step == "write" else lake.Lake, step)
ahead = json.loads(sys.stdin.readline())
SparkSession.builder.master(ahead["master"]).config(map=ahead["settings"]).getOrCreate()
land.main()
