# SPDX-License-Identifier: Apache-2.0
"""The numbers in packaging/kubelet/README.md are those that its simulation gives."""
from conftest import SOURCE, must

PAGE = SOURCE / "packaging/kubelet"


def test_the_table_in_the_page_matches_the_simulation():
    printed = must(PAGE / "fleet").out
    assert printed in (PAGE / "README.md").read_text()
    ours = [line.split("|") for line in printed.splitlines() if "| ours |" in line]
    assert all(int(row[4].split("/")[0]) < 20000 / 100 for row in ours), "a fleet that runs stays below 1 % of Premium's limit"


def test_the_link_and_the_config_use_the_same_name():
    text = (PAGE / "credential-provider-config.yaml").read_text()
    assert "name: acr-credential-provider\n" in text
    assert "/credential-provider/acr-credential-provider" in (PAGE / "README.md").read_text()
