# SPDX-License-Identifier: Apache-2.0
"""Checks the table of rules with its evidence, see README.md."""
import json
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EVIDENCE = sorted(HERE.glob("*.json"))
REPORTS = sorted((HERE / "reports").glob("*.txt"))
FACT_ROWS = " ".join((ROOT / "include/acr/rule.h").read_text().split())
FACTS = set(re.findall(r'FACT\([A-Z_]+, ?"([a-z_]+)"', FACT_ROWS))
SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "src/explain/rules").glob("*.def")))
IDS = re.findall(r'\bRULE\(\s*"([^"]+)"', SOURCES)


def read_report(path):
    head, text = path.read_text(encoding="utf-8").split("\n\n", 1)
    return dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in head.splitlines()), text


def placeholders(text):
    return re.findall(r"\{(?:--)?([a-z_]+)\}", text)


def rows(page):
    """Returns the number of rows on a terminal of 80 columns."""
    return sum(max(1, -(-len(line) // 80)) for line in page.splitlines())


def test_every_rule_has_its_own_id():
    assert len(IDS) == len(set(IDS))


def test_every_rule_has_evidence_and_all_evidence_has_a_rule():
    assert {path.stem for path in EVIDENCE} == set(IDS)


def test_every_rule_of_the_sources_is_in_the_program(explain):
    assert {rule["rule"] for rule in explain.rules()} == set(IDS)


@pytest.mark.parametrize("path", EVIDENCE, ids=lambda path: path.stem)
def test_evidence_is_explained_only_by_its_rule(explain, path):
    written = json.loads(path.read_text())
    assert written["rule"] == path.stem and written["source"] and written["evidence"]
    for case in written["evidence"]:
        found = explain.json(case)
        assert [one["rule"] for one in found] == [path.stem], case
        assert "tie" not in found[0], f"{found[0]['tie']} claims it as strongly: {case}"
        assert found[0]["what"], f"there is no first line: {case}"


@pytest.mark.parametrize("path", EVIDENCE, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["", "fr"])
def test_an_explanation_fits_a_terminal(explain, path, language):
    for case in json.loads(path.read_text())["evidence"]:
        page = explain.page(case, language)
        assert page.endswith("\n") and rows(page) <= 24, page
        for line in page.splitlines():
            # An address, a resource ID or a quoted value cannot be broken.
            alone = re.fullmatch(r'https://\S+| +--[a-z-]+ (?:/\S+|"[^"]+")(?: \\)?', line)
            assert len(line) <= 80 or alone, f"{len(line)} columns: {line}"


def test_every_placeholder_is_a_fact(explain):
    for rule in explain.rules():
        texts = [rule["what"], rule["why"], rule["link"]] + [text for step in rule["steps"] for text in step.values()]
        for name in placeholders(" ".join(texts)):
            assert name in FACTS, f"{rule['rule']}: {{{name}}}"


def test_every_rule_has_a_first_line_without_any_fact(explain):
    """The first line is never empty: its placeholders have words that replace a missing fact."""
    spoken = set(re.findall(r'FACT\([A-Z_]+, ?"([a-z_]+)", ?(?:NULL|"[^"]*"), ?(?:N_\(|")', FACT_ROWS))
    conditions = {rule["rule"]: {one["fact"] for one in rule["when"] if one["test"] in ("known", "is", "begins")}
                  for rule in explain.rules()}
    for rule in explain.rules():
        for name in placeholders(rule["what"]):
            assert name in spoken | conditions[rule["rule"]], f"{rule['rule']}: {{{name}}}"


def test_every_rule_says_what_why_and_what_to_do(explain):
    for rule in explain.rules():
        assert rule["what"] and not rule["what"].endswith(".")
        if rule["basis"] != "not-ours":
            assert rule["why"].endswith((".", "}.")) and rule["steps"], rule["rule"]


def test_every_symptom_and_cause_of_the_article_is_explained(explain):
    rules = explain.rules()
    assert {s for rule in rules for s in rule["symptoms"]} == {f"S{i}" for i in range(1, 9)}
    assert {c for rule in rules for c in rule["causes"]} == {f"C{i}" for i in range(1, 9)}


def known_codes():
    return [line.split() for line in (HERE / "aadsts.txt").read_text().splitlines() if not line.startswith("#")]


def test_every_code_of_the_list_is_known_and_explained_by_one_rule(explain):
    owner = {}
    for rule in explain.rules():
        for one in rule["when"]:
            if one["fact"] == "code" and one["test"] == "is":
                for word in one["words"].split("|"):
                    assert word not in owner, f"{word} is in {owner[word]} and {rule['rule']}"
                    owner[word] = rule["rule"]
    for line in known_codes():
        assert len({owner.get(f"AADSTS{code}") for code in line}) == 1 and f"AADSTS{line[0]}" in owner, line
    assert {word[6:] for word in owner if word.startswith("AADSTS")} == {code for line in known_codes() for code in line}


def test_every_code_in_a_text_leads_to_its_rule(explain):
    for line in known_codes():
        rules = set()
        for code in line:
            found = explain.json({"text": f"ERROR: AADSTS{code}: Something happened. Trace ID: 0\n"})
            assert len(found) == 1 and found[0]["facts"]["number"] == code, (code, found)
            rules.add(found[0]["rule"])
        assert len(rules) == 1 and "entra-unknown-code" not in rules, (line, rules)


def az_commands(explain):
    """Yields (rule, words, flags) of every az command in a remedy."""
    for rule in explain.rules():
        for step in rule["steps"]:
            for command in re.findall(r"\baz ([a-z][^\n|$)]*)", step["command"] + "\n" + step["say"].split(": az ")[-1]
                                      if ": az " in step["say"] else step["command"]):
                words = re.match(r"[a-z][a-z-]*(?: [a-z][a-z-]*)*", command).group(0)
                flags = re.findall(r"(?<!\S)\{?(--?[a-z][a-z-]*)", command)
                yield rule["rule"], words, flags


def newer():
    for line in (HERE / "newer-az.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            command, version, _ = (part.strip() for part in line.split(";", 2))
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), line
            yield command


def test_every_az_command_of_a_remedy_exists(explain):
    subprocess.run(["az", "--version"], capture_output=True, check=False) if Path("/usr/bin/az").exists() else pytest.skip("no az")
    known, allowed, wrong, used = {}, set(newer()), [], set()
    for rule, words, flags in az_commands(explain):
        if words in allowed:
            used.add(words)
            continue
        if words not in known:
            ran = subprocess.run(["az", *words.split(), "--help"], capture_output=True, text=True, check=False)
            known[words] = ran.stdout if ran.returncode == 0 else None
        if known[words] is None:
            wrong.append(f"{rule}: az {words}")
            continue
        for flag in flags:
            if f"{words} {flag}" in allowed:
                used.add(f"{words} {flag}")
            elif not re.search(rf"(?<!\S){flag}(?![a-z-])", known[words]):
                wrong.append(f"{rule}: az {words} {flag}")
    assert not wrong, "\n".join(wrong)
    assert used == allowed, f"newer-az.txt names what no rule uses: {allowed - used}"


def test_every_command_of_ours_in_a_remedy_exists(explain, program):
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    verbs = set(re.findall(r"^  ([a-z]+) ", told, re.M))
    for rule in explain.rules():
        for verb in re.findall(r"docker-credential-acr ([a-z]+)", " ".join(step["command"] for step in rule["steps"])):
            assert verb in verbs, f"{rule['rule']}: docker-credential-acr {verb}"


@pytest.mark.parametrize("path", EVIDENCE, ids=lambda path: path.stem)
def test_commands_are_valid_for_a_shell(explain, path):
    for case in json.loads(path.read_text())["evidence"]:
        for one in explain.json(case):
            for step in one["steps"]:
                ran = subprocess.run(["bash", "-n"], input=step["command"], text=True, capture_output=True, check=False)
                assert ran.returncode == 0, f"{step['command']}\n{ran.stderr}"


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_report_is_explained(explain, path):
    head, text = read_report(path)
    found = explain.json({"text": text})
    rules = [one["rule"] for one in found]
    assert sorted(rules) == sorted(head["expect"].split()), text
    assert not set(rules) & set(head["never"].split())
    assert set(head["never"].split()) <= set(IDS), head["never"]
    assert not any("tie" in one for one in found), found
    for name in ("registry", "repository", "code"):
        if name in head:
            assert found[0]["facts"].get(name) == head[name], (name, found[0]["facts"])


def test_each_of_a_hundred_reports_is_explained_only_by_its_rule(explain, capsys):
    """The confusion matrix: the rows are expected causes, the columns are causes that were found."""
    pairs = {}
    for path in REPORTS:
        head, text = read_report(path)
        due = sorted(head["expect"].split()) or ["(nothing)"]
        found = sorted(one["rule"] for one in explain.json({"text": text})) or ["(nothing)"]
        for rule in set(due) | set(found):
            row = rule if rule in due else due[0]
            column = rule if rule in found else found[0]
            pairs[row, column] = pairs.get((row, column), 0) + 1
    causes = sorted({cause for pair in pairs for cause in pair})
    wide = max(map(len, causes))
    with capsys.disabled():
        print(f"\n{len(REPORTS)} reports, {len(causes)} causes; rows: due, columns: found, in the same order")
        for row in causes:
            print(f"{row:>{wide}} " + "".join(str(pairs.get((row, column), ".")) for column in causes))
    assert len(REPORTS) >= 100
    assert not [pair for pair in pairs if pair[0] != pair[1]]


# Text that other programs print as well.
SHARED = {"is not yet valid", "Read-only file system", "does not exist"}


def own_messages():
    """Yields ID, kind with origin, and English text of the program's own errors."""
    folder = Path(__file__).resolve().parents[2] / "include/acr/messages"
    for path in sorted(folder.glob("*.def")):
        text = re.sub(r'"\s*\n\s*"', "", path.read_text(encoding="utf-8"))
        for row in re.finditer(r'\bMESSAGE\(\s*\w+,\s*"([^"]+)",\s*(\w+,\s*\w+),\s*\d+,\s*"((?:[^"\\]|\\.)*)"\s*\)', text):
            yield row[1], " ".join(row[2].split()), row[3].replace('\\"', '"')


def own_sentences():
    """Yields ID and English text of the program's own errors, without {names}."""
    for name, _, text in own_messages():
        yield name, re.sub(r"\{\w+\}", "x", text).lower()


def test_no_two_errors_have_the_same_text():
    """IDs are never renamed, so an ID that is not needed would remain. Messages without words only combine others."""
    ids = {}
    for name, kind, text in own_messages():
        if re.search(r"\w", re.sub(r"\{\w+\}", "", text)):
            ids.setdefault((kind, re.sub(r"\{\w+\}", "{}", text)), []).append(name)
    assert not [names for names in ids.values() if len(names) > 1]


def test_no_rule_matches_a_message_of_the_helper(explain):
    """The program's own errors are matched by ID: rewording one must not change its meaning."""
    sentences = dict(own_sentences())
    assert len(sentences) > 150
    for rule in explain.rules():
        for condition in [*rule["when"], *[one for other in rule.get("or", []) for one in other]]:
            if condition["fact"] not in ("text", "reason") or condition["test"] not in ("has", "lacks", "begins"):
                continue
            for words in condition["words"].split("|"):
                if len(words.split()) < 3 or words in SHARED:
                    continue
                ours = [name for name, sentence in sentences.items() if words.lower() in sentence]
                assert not ours, f"{rule['rule']} looks for \"{words}\", which {ours} say"
