# SPDX-License-Identifier: Apache-2.0
"""crane, oras, buildx, helm and testcontainers: each reads docker's configuration differently, and shows a different
part of an error."""
import json

import pytest
from clients import dockerfile

ACME, ADMIN, PUBLIC = "acme.azurecr.io", "admin.azurecr.io", "public.azurecr.io"
WRONG = {"AZURE_CLIENT_SECRET": "not-the-secret"}
LINE = "the client secret is not valid for application"  # the line on stdout
REMEDY = "az ad app credential reset"  # part of the explanation on stderr

pytestmark = pytest.mark.usefixtures("signed_in")


def test_crane_pulls_pushes_and_lists(from_go, home, published, image):
    crane = from_go("crane")
    assert crane.must("pull", published, "base.tar").exchanges == 1
    crane.must("push", "base.tar", image)
    assert image.rsplit(":", 1)[1] in crane.must("ls", image.rsplit(":", 1)[0]).out.split()
    assert (home.folder / "base.tar").stat().st_size > 1000


def test_crane_stores_a_login_with_the_helper_and_removes_it(from_go, home, helper):
    crane = from_go("crane")
    crane.must("auth", "login", ADMIN, "-u", "admin", "--password-stdin", stdin="admin-password-one")
    assert helper.get(ADMIN).secret == "admin-password-one"
    assert "admin-password-one" not in (home.folder / ".docker/config.json").read_text()
    crane.must("auth", "logout", ADMIN)
    assert helper.list().login == {}


def test_crane_shows_the_line_of_the_helper_about_a_denial(from_go, published):
    seen = from_go("crane")("manifest", published, env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen


def test_oras_pushes_and_pulls_an_artifact(from_go, home, image):
    oras = from_go("oras")
    home.write("note.txt", "kept beside images\n")
    assert oras.must("push", image, "note.txt:text/plain").exchanges == 1
    (home.folder / "note.txt").unlink()
    oras.must("pull", image)
    assert (home.folder / "note.txt").read_text() == "kept beside images\n"


def test_oras_stores_a_login_with_the_helper_and_removes_it(from_go, home, helper):
    oras = from_go("oras")
    oras.must("login", ADMIN, "-u", "admin", "--password-stdin", stdin="admin-password-one")
    assert helper.get(ADMIN).secret == "admin-password-one"
    assert "admin-password-one" not in (home.folder / ".docker/config.json").read_text()
    oras.must("logout", ADMIN)
    assert helper.list().login == {}


def test_oras_shows_the_line_of_the_helper_about_a_denial(from_go, image):
    seen = from_go("oras")("pull", image, env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen


@pytest.mark.parametrize("name, arguments", [("crane", ["manifest"]), ("oras", ["manifest", "fetch"])])
def test_a_public_registry_is_pulled_from_without_an_identity(from_go, home, cloud, name, arguments):
    """With exactly "not found", they continue anonymously."""
    client = from_go(name)
    image = f"{PUBLIC}/team/{name}:1"
    home.write("note.txt", "for everybody\n")
    from_go("oras").must("push", image, "note.txt:text/plain")
    for name in [name for name in home.env if name.startswith("AZURE_")]:
        del home.env[name]
    cloud.fault("reset", service="imds", at="connect")
    assert "schemaVersion" in client.must(*arguments, image).out


def test_testcontainers_creates_a_container_from_a_private_image(from_go, home, published, debian_docker):
    """It reads credHelpers and auths, and ignores credsStore alone."""
    home.docker_config({"credHelpers": {ACME: "acr"}})
    debian_docker("rmi", "-f", published)
    seen = from_go("testcontainer", env={"TESTCONTAINERS_RYUK_DISABLED": "true"}).must(published)
    assert f"made of {published}" in seen.out and seen.exchanges == 1, seen


def test_testcontainers_shows_the_complete_denial(from_go, home, published):
    home.docker_config({"credHelpers": {ACME: "acr"}})
    seen = from_go("testcontainer", env={"TESTCONTAINERS_RYUK_DISABLED": "true"})(published, env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen


def test_buildx_builds_from_a_private_image_and_pushes(from_go, home, published, debian_docker, image):
    """A buildx that is newer than the engine: its session asks the helper, for the base image and for the push."""
    buildx = from_go("buildx")
    folder = dockerfile(home, f"FROM {published}", "LABEL by=buildx")
    seen = buildx.must("build", "--pull", "--push", "-t", image, folder)
    assert seen.exchanges == 1, seen
    debian_docker.must("pull", "-q", image)


def test_buildx_shows_the_line_and_the_remedy_of_a_denial(from_go, home, published):
    folder = dockerfile(home, f"FROM {published}", "LABEL by=buildx-refused")
    seen = from_go("buildx")("build", "--pull", "--no-cache", folder, env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen


def test_the_newest_compose_pulls_and_builds(from_go, home, published, debian_docker):
    compose = from_go("compose")
    home.registries(acme={})
    dockerfile(home, f"FROM {published}", "LABEL by=compose")
    home.write("compose.yaml", json.dumps({"services": {"pulled": {"image": published}, "built": {"build": "context"}}}))
    debian_docker("rmi", "-f", published)
    assert compose.must("pull", "-q", "pulled").exchanges == 1
    compose.must("build", "-q", "built", env={"DOCKER_BUILDKIT": "0"})
    seen = compose("pull", "pulled", env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen


def test_helm_pushes_and_pulls_a_chart(from_go, home, image):
    """With docker's own configuration: without one, helm uses any native store on PATH."""
    helm = from_go("helm", env={"HELM_REGISTRY_CONFIG": str(home.folder / ".docker/config.json")})
    home.write("chart/Chart.yaml", json.dumps({"apiVersion": "v2", "name": "chart", "version": "0.1.0"}))
    helm.must("package", "chart")
    repository = image.rsplit(":", 1)[0].rsplit("/", 1)[0] + "/charts"
    assert helm.must("push", "chart-0.1.0.tgz", f"oci://{repository}").exchanges == 1
    helm.must("pull", f"oci://{repository}/chart", "--version", "0.1.0")
    seen = helm("pull", f"oci://{repository}/chart", "--version", "0.1.0", env=WRONG)
    assert seen.status != 0 and LINE in seen.err and REMEDY in seen.err, seen
