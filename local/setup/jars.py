"""Downloads the jars that a lock file names, checks their sha256 and links them into one folder.

usage: jars.py LOCK FOLDER [LOCK FOLDER ...]

Jars come from the machine's Maven cache (M2_REPO or ~/.m2/repository) or, eight at a time, from the
repositories that jgo is configured with. Prints "jars N of M" as it goes. A jar whose hash is not the locked
one is removed from the cache and fetched once more; if it still differs, nothing is linked and the exit code is 1.
"""

import hashlib
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def main(arguments):
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(remote_repos=repositories, timeout=60)
    pairs = list(zip(arguments[::2], arguments[1::2]))
    wanted = [(jar, Path(folder)) for lock, folder in pairs for jar in read_lock(lock)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(fetch, context, jar) for jar, _ in wanted]
        paths = []
        for job in jobs:
            paths.append(job.result())
            print(f"jars {len(paths)} of {len(wanted)}", flush=True)
    for _, folder in wanted:
        shutil.rmtree(folder, ignore_errors=True)
    for path, (_, folder) in zip(paths, wanted):
        link(path, folder)


def read_lock(path):
    with open(path, "rb") as file:
        return tomllib.load(file)["dependencies"]


def fetch(context, jar):
    """The path in the Maven cache of one jar, its hash checked."""
    component = context.project(jar["groupId"], jar["artifactId"]).at_version(jar["version"])
    artifact = component.artifact(jar.get("classifier", ""), jar["packaging"])
    path = download(artifact)
    if sha256(path) == jar["sha256"]:
        return path
    path.unlink()  # cut while it was downloaded, or not what was locked
    path = download(artifact)
    received = sha256(path)
    if received != jar["sha256"]:
        path.unlink()
        raise SystemExit(f"{path.name}: expected sha256 {jar['sha256']}, received {received}")
    return path


def download(artifact, tries=3):
    for left in reversed(range(tries)):
        try:
            return Path(artifact.resolve())
        except Exception as error:
            if left == 0:
                raise SystemExit(f"{artifact.filename}: {error}")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def link(path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, folder / path.name)
    except OSError:  # another file system
        shutil.copy2(path, folder / path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
