# SPDX-License-Identifier: Apache-2.0
"""The catalogs are complete, have the same placeholders, and translate only text for users."""
import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PO = ROOT / "src/explain/po"
LANGUAGES = (PO / "LINGUAS").read_text().split()
MARKS = ["_", "N_", "WHAT", "WHY", "SAY", "STEP:1", "MESSAGE:6", "acr_plural:1,2"]

pytestmark = pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext's tools are not here")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Returns every text that the sources mark, as a template."""
    template = tmp_path_factory.mktemp("po") / "all.pot"
    subprocess.run(["xgettext", "--language=C", "--from-code=UTF-8", "-o", template, *[f"--keyword={mark}" for mark in MARKS],
                    *(PO / "POTFILES").read_text().split()], cwd=ROOT, check=True, capture_output=True)
    return template


def catalogue(language, tmp_path):
    binary = tmp_path / f"{language}.mo"
    subprocess.run(["msgfmt", "--check-format", "--check-domain", "-o", binary, PO / f"{language}.po"], check=True)
    with open(binary, "rb") as file:
        # A text with plural forms is (text, form).
        return {text[0] if isinstance(text, tuple) else text: said
                for text, said in gettext.GNUTranslations(file)._catalog.items() if text}


def marks(text):
    return sorted(re.findall(r"\{[a-z_0-9]+\}|%[a-z]*[sdu]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_sources_is_translated(sources, language):
    ran = subprocess.run(["msgcmp", PO / f"{language}.po", sources], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_outdated(sources, language, tmp_path):
    out = tmp_path / "used.po"
    subprocess.run(["msgmerge", "--quiet", "--no-fuzzy-matching", "-o", out, PO / f"{language}.po", sources], check=True)
    assert "\n#~ msgid" not in out.read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_lines_are_the_same_in_a_translation(language, tmp_path):
    for text, said in catalogue(language, tmp_path).items():
        assert marks(text) == marks(said), f"{text}\n{said}"
        assert text.count("\n") == said.count("\n"), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_codes_and_keys_are_never_translated(explain, language):
    for english, other in zip(explain.rules(), explain.rules(language), strict=True):
        assert english.keys() == other.keys()
        for key in ("rule", "basis", "symptoms", "causes", "link", "when", "facts"):
            assert english[key] == other[key]
        assert [step["command"] for step in english["steps"]] == [step["command"] for step in other["steps"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_translated(explain, language):
    for english, other in zip(explain.rules(), explain.rules(language), strict=True):
        assert english["what"] != other["what"], english["rule"]
        for mine, theirs in zip(english["steps"], other["steps"], strict=True):
            assert mine["say"] != theirs["say"] or not mine["say"] or marks(mine["say"]) == [mine["say"]], mine


def test_french_uses_the_terms_of_the_microsoft_article(explain):
    said = " ".join(rule["what"] + " " + rule["why"] + " ".join(step["say"] for step in rule["steps"])
                    for rule in explain.rules("fr"))
    for word in ("registre", "locataire", "principal de service", "informations d'identification", "clé secrète client",
                 "extraire", "envoyer", "jeton", "identité managée", "pare-feu", "serveur de connexion", "mappage d'étendue"):
        assert word in said, word


def test_french_has_no_break_spaces_where_a_line_must_not_end(tmp_path):
    for said in catalogue("fr", tmp_path).values():
        assert not re.search("« | [:;?!»](?!:)|«[^\u00a0]|[^\u00a0]»", said), said


TEXT = "AADSTS7000222: The provided client secret keys for app are expired.\n"


@pytest.mark.parametrize("env, french", [
    ({"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"}, True),
    ({"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, True),  # whether or not that locale was ever generated
    ({"LC_ALL": "", "LC_MESSAGES": "fr_CA.UTF-8"}, True),
    ({"LC_ALL": "C.UTF-8", "LANGUAGE": "xx:fr:en"}, True),
    ({"LC_ALL": "C.UTF-8"}, False),
    ({"LC_ALL": "C", "LANGUAGE": "fr"}, False),
    ({"LC_ALL": "", "LANG": "de_DE.UTF-8"}, False),
    ({"LC_ALL": "", "LANG": "../../../etc/passwd"}, False),
    ({"LC_ALL": ""}, False)])
def test_the_environment_selects_the_language(explain, env, french):
    said = explain.run(TEXT, **env).stdout.decode("utf-8")
    assert ("a expiré" in said) == french and ("has expired" in said) != french


def test_texts_are_utf_8_in_every_locale(explain):
    assert "Détails" in explain.run(TEXT, LC_ALL="", LANG="fr_FR.ISO-8859-1").stdout.decode("utf-8")
