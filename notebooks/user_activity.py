"""What the notebooks in Python share: the project's command line, and figures that are seen everywhere."""

import json
import os
import subprocess

from IPython.display import display

blue, orange, grey = "#0072B2", "#E69F00", "#999999"  # told apart with any kind of colour vision


def run_command(*arguments):
    """Runs `npx user-activity ARGUMENTS --json` and returns what it answers; where it fails, raises its last words."""
    command = ["npx", "user-activity", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)


def ensure_events():
    """Sees to it that the topic holds events, as ensureEvents does in TypeScript, and returns what it tells."""
    script = """
        const { ensureEvents } = require("user-activity/dist/publish/ensure-events");
        const { readConfig } = require("user-activity/dist/base/config");
        const tell = (report) => process.stdout.write(JSON.stringify(report));
        ensureEvents(readConfig()).then(tell).catch(({ message }) => {
            process.stderr.write(message);
            process.exitCode = 1;
        });
    """
    return json.loads(run_node(script))


def find_webhdfs():
    """The NameNode's HTTP address: that of WEBHDFS_URL, else the embedded one's; raises where that is not running."""
    hdfs = run_command("services", "status")["hdfs"]
    if hdfs["state"] == "stopped":
        raise RuntimeError('HDFS is not running; start it with "npx user-activity services start"')
    return hdfs["webhdfsUrl"]


def find_version(lake="/user-activity", at=None):
    """The HDFS directory of the newest version of a lake, or of that which `at` names: all tables as of one commit."""
    found = subprocess.run(
        ["npx", "user-activity", "versions", "path", *([str(at)] if at is not None else [])],
        capture_output=True,
        text=True,
        env={**os.environ, "LAKE_DIR": lake},
    )
    if found.returncode != 0:
        raise RuntimeError(found.stderr.strip().splitlines()[-1])
    return found.stdout.strip()


def show_figure(figure, title, alt, width=820, height=460):
    """Shows a Plotly figure: interactive where Plotly is drawn, as a picture elsewhere, else in words (`alt`)."""
    place = {"x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 10}}
    house = {
        "template": "none",
        "title": {"text": title, "font": {"size": 15}, **place},
        "font": {"family": "Helvetica, Arial, sans-serif", "size": 12, "color": "#222222"},
        "margin": {"t": 90, "r": 30, "b": 60},
        "height": height,
    }
    drawn = figure.update_layout(house).to_plotly_json()
    drawn["layout"].pop("template")
    config = {"displaylogo": False, "showSendToCloud": False}
    shown = {"application/vnd.plotly.v1+json": {**drawn, "config": config}}
    picture = {"image/svg+xml": render_svg({**drawn, "alt": alt}, width, height)}
    display({**shown, **picture, "text/plain": alt}, raw=True)


def render_svg(figure, width, height):
    """Draws a figure as SVG with the project's own renderer, plotly.js in Node."""
    script = """
        const { renderSvg } = require("user-activity/dist/show/svg");
        const { figure, size } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        renderSvg(figure, size).then((svg) => process.stdout.write(svg));
    """
    request = json.dumps({"figure": figure, "size": {"width": width, "height": height}})
    return run_node(script, request=request)


def run_node(script, *arguments, request=None):
    """Runs JavaScript, which finds the project's packages, and returns what it prints; raises its words where it fails."""
    done = subprocess.run(["node", "-e", script, *arguments], input=request, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout
