"""Interrupts cells of a TypeScript kernel and says what became of what they had called.

usage: interrupt_cells.py FOLDER CELLS

CELLS is a JSON list of [cell, next cell]: the first is interrupted once it has made a file FOLDER/<its place>, and the
next, which waits for what the first began, tells how that ended. Prints a JSON list of [status of the first, output of
the next]. Runs in the folder of the notebooks, as JupyterLab's kernels do.
"""

import json
import sys
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel


def execute(client, code):
    """Sends a cell, again where the kernel drops it, as it does in the 200 ms after an error; returns its reply and output."""
    output = []

    def keep(message):
        if message["msg_type"] == "stream":
            output.append(message["content"]["text"])

    while True:
        reply = client.execute_interactive(code, output_hook=keep, timeout=120)["content"]
        if reply["status"] != "abort":
            return reply, "".join(output)
        time.sleep(0.05)


def interrupt(kernel, client, code, sign):
    """Returns how the cell ended that was interrupted once the file `sign` was there."""
    request = client.execute(code)
    while not sign.exists():
        time.sleep(0.05)
    kernel.interrupt_kernel()
    while True:
        reply = client.get_shell_msg(timeout=120)
        if reply["parent_header"].get("msg_id") == request:
            return reply["content"]["status"]


def main(folder, cells):
    kernel, client = start_new_kernel(kernel_name="tslab", startup_timeout=120)
    try:
        ended = []
        for place, (cell, following) in enumerate(json.loads(cells)):
            status = interrupt(kernel, client, cell, Path(folder, str(place)))
            ended.append([status, execute(client, following)[1]])
        print(json.dumps(ended))
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
