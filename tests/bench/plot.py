# SPDX-License-Identifier: Apache-2.0
"""Draws the four panels of growth.py as one SVG with gnuplot."""
import subprocess
from pathlib import Path

HEAD = """\
set terminal svg size 1080,860 enhanced background rgb 'white' font 'sans-serif,12'
set output '{target}'
set multiplot layout 2,2
set grid lc rgb '#dddddd'
set border 3 lc rgb '#555555'
set tics nomirror
set key below reverse Left samplen 2.5 font ',10' maxrows 3
set logscale y
set format y '%gms'
set yrange [0.3:*]
"""
COLOURS = ("#0b6e99", "#d1495b", "#66a182", "#edae49")  # this helper, solid
OTHERS = ("#333333", "#777777", "#aaaaaa")  # others, dashed
PEERS = ("docker-credential-secretservice", "a bare", "two curls", "one curl", "az")


def draw(panels, target):
    script = [HEAD.format(target=target)]
    for panel in panels:
        script.append(f"set title '{panel['title']}' font ',13'\nset xlabel '{panel['axis']}'")
        script.append("set logscale x; set format x '%g'" if panel["logarithmic"] else "unset logscale x")
        lines, ours, others = [], iter(COLOURS), iter(OTHERS)
        for number, curve in enumerate(panel["curves"]):
            block = f"$curve{number}"
            points = "\n".join(f"{x} {seconds * 1000}" for x, seconds in curve["points"])
            script.append(f"{block} << EOD\n{points}\nEOD")
            other = curve["name"].startswith(PEERS)
            colours = others if other else ours
            dash = "dt 2" if other else "dt 1"
            title = curve["name"].replace("docker-credential-secretservice", "d-c-secretservice")
            lines.append(f"{block} with linespoints lw 2 {dash} pt 7 ps 0.5 lc rgb '{next(colours)}' title '{title}'")
        script.append("plot " + ", \\\n  ".join(lines))
    script.append("unset multiplot")
    subprocess.run(["/usr/bin/gnuplot"], input="\n".join(script), text=True, check=True)
    # No date and no program version, so that the same values produce the same file.
    path = Path(target)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")
