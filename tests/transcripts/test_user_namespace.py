# SPDX-License-Identifier: Apache-2.0
"""In a user namespace that maps only this user, as rootless podman and bubblewrap start it, files of root seem to belong to
nobody. Files in system folders still count as root's; files elsewhere count as another user's."""
import json

import pytest
from client import APP
from homes import NAME, give_away, has

PROFILE = json.dumps({"subscriptions": [{"id": "s", "isDefault": True, "tenantId": APP.tenant_id, "environmentName": "AzureCloud",
                                         "user": {"name": "developer@contoso.com", "type": "user"}}]})


@pytest.fixture
def rootless(request):
    """Returns a prefix that runs the program in such a namespace; the home is not changed after that. A stand-in cloud that root
    did not start is such a namespace itself."""
    def make(before="true"):
        if not has("users"):
            return []
        user = request.getfixturevalue("somebody_else")
        shell = user.index("sh")
        return ["unshare", "-m", "sh", "-ec", f'{before}\nexec "$@"', "sh", *user[:shell], "unshare", "-U", "-r", *user[shell:]]
    return make


def test_az_gets_the_system_folders_in_path(helper, home, rootless):
    home.write("bin/az", '#!/bin/sh\necho "$PATH" > "$HOME/path-of-az"\nexit 1\n', 0o755)
    home.write(".azure/azureProfile.json", PROFILE)
    home.config(identity="azure-cli")
    answer = helper.get("acme.azurecr.io", env={"PATH": f"{home.folder}/bin:{home.env['PATH']}"}, prefix=rootless())
    assert answer.status == 1 and "az failed" in answer.out, answer
    assert {"/usr/bin", "/bin"} <= set((home.folder / "path-of-az").read_text().strip().split(":")), answer


@pytest.mark.needs("users")
@pytest.mark.parametrize("mode, names", [(0o644, ["contoso.azurecr.io"]), (0o666, None)], ids=["closed", "open-to-all"])
def test_the_configuration_of_the_machine_is_used(helper, rootless, tmp_path, mode, names):
    config = tmp_path / NAME / "config.json"
    config.parent.mkdir()
    config.write_text('{"registries": {"contoso.azurecr.io": {}}}')
    config.chmod(mode)
    tmp_path.chmod(0o755)
    answer = helper.list(prefix=rootless(f"mount -t overlay overlay -o lowerdir={tmp_path}:/etc /etc"))
    if names is None:
        assert answer.status == 1 and "config.json" in answer.out, answer
    else:
        assert answer.status == 0 and list(answer.login) == names, answer


@pytest.mark.needs("users")
def test_a_configuration_of_another_user_is_not_used(helper, home, rootless):
    config = home.config(registries={"contoso.azurecr.io": {}})
    config.chmod(0o644)
    prefix = rootless()
    give_away(config, owner=5)
    answer = helper.list(prefix=prefix)
    assert answer.status == 1 and "belongs to uid" in answer.out, answer
