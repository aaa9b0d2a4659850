# SPDX-License-Identifier: Apache-2.0
"""A language of noise: every text of the sources, each letter replaced by another, so that no word of ours is left and
every line is as long as before. The program finds it as it finds any catalog: beside itself, and by LANGUAGE.

    pseudo = PseudoLanguage(tmp_path, program)
    subprocess.run([pseudo.program, ...], env={"LC_ALL": "C.UTF-8", **pseudo.env})
"""
import gettext
import json
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "src/explain/po"
NAME, DOMAIN = "xx", "docker-credential-acr"
MARKS = ["_", "N_", "WHAT", "WHY", "SAY", "STEP:1", "REASON", "MESSAGE:6", "acr_plural:1,2"]
# What a translator leaves alone: places, what printf fills in, and the letter that belongs to a backslash.
KEPT = re.compile(r"(\{[a-z_0-9-]+\}|%[-0-9.*]*(?:ll?|z)?[a-zA-Z%])")
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n'
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM")


def template(path):
    """Every text that the sources mark."""
    subprocess.run(["xgettext", "--language=C", "--from-code=UTF-8", "-o", path, *[f"--keyword={mark}" for mark in MARKS],
                    *(PO / "POTFILES").read_text().split()], cwd=ROOT, check=True, capture_output=True)
    text = path.read_text(encoding="utf-8").replace("nplurals=INTEGER; plural=EXPRESSION", "nplurals=2; plural=n != 1")
    path.write_text(text.replace("charset=CHARSET", "charset=UTF-8"), encoding="utf-8")
    return path


def noise(text):
    return "".join(part if at % 2 else part.translate(LETTERS) for at, part in enumerate(KEPT.split(text)))


def entries(template_path, folder):
    """(text, its form for many or None) of a template."""
    subprocess.run(["msgen", "-o", folder / "same.po", template_path], check=True, capture_output=True)
    subprocess.run(["msgfmt", "-o", folder / "same.mo", folder / "same.po"], check=True)
    with open(folder / "same.mo", "rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog
    many = {key[0]: text for key, text in catalog.items() if isinstance(key, tuple) and key[1] == 1}
    return [(key[0], many[key[0]]) for key in catalog if isinstance(key, tuple) and key[1] == 0] + \
           [(key, None) for key in catalog if isinstance(key, str) and key]


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


class PseudoLanguage:
    def __init__(self, folder, program):
        folder = Path(folder)
        self.program = shutil.copy(program, folder / Path(program).name)
        self.env = {"LANGUAGE": NAME}
        self.texts = entries(template(folder / "all.pot"), folder)
        rows = [HEAD]
        for one, many in self.texts:
            if many is None:
                rows.append(f"msgid {quoted(one)}\nmsgstr {quoted(noise(one))}\n")
            else:
                rows.append(f"msgid {quoted(one)}\nmsgid_plural {quoted(many)}\nmsgstr[0] {quoted(noise(one))}\n"
                            f"msgstr[1] {quoted(noise(many))}\n")
        (folder / "noise.po").write_text("\n".join(rows), encoding="utf-8")
        there = folder / "explain/po" / NAME / "LC_MESSAGES"
        there.mkdir(parents=True)
        subprocess.run(["msgfmt", "-o", there / f"{DOMAIN}.mo", folder / "noise.po"], check=True)
