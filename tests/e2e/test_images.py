# SPDX-License-Identifier: Apache-2.0
"""Images that cannot be pulled although the login works: docker, skopeo and crane fail, and `explain` finds the same
cause in their output as `diagnose` finds itself."""
import json
import uuid

import pytest
from client import APP
from clients import Client, needed
from images import DOCKER_LIST, ELSEWHERE, HERE
from test_diagnose import diagnose  # noqa: F401, pylint: disable=unused-import

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def registry(home, cloud):
    """A separate registry, for which docker and skopeo use this helper."""
    host = f"images{uuid.uuid4().hex[:8]}.azurecr.io"
    home.env.update(cloud.environment(APP))
    home.docker_config({"credHelpers": {host: "acr"}})
    return host


CASES = {}


def case(rule, check, told=None):
    """`told` are the explanations that the output of a client leads to, if it contains less information."""
    def add(function):
        CASES[function.__name__] = (rule, check, {rule} | (told or set()), function)
        return function
    return add


def own_data_endpoint(cloud, host):
    with cloud.changed_world() as world:
        world["registries"][host] = {"tenant": "contoso", "roles": None, "data_endpoint": "eastus"}


@case("image-missing", "manifest")
def no_such_tag(cloud, host):
    return f"{host}/app:v9"


@case("image-missing", "manifest")
def no_such_repository(cloud, host):
    return f"{host}/nope:1"


@case("manifest-missing", "manifest")
def no_such_digest(cloud, host):
    return f"{host}/app@{DIGEST}"


@case("manifest-missing", "manifest", {"image-missing"})
def a_tag_whose_manifest_is_gone(cloud, host):
    contents = cloud.contents(host)
    contents.drop_manifest("gone", contents.put_image("gone", "1", content="gone"))
    return f"{host}/gone:1"


@case("manifest-missing", "platform")
def a_variant_that_was_purged(cloud, host):
    contents = cloud.contents(host)
    contents.drop_manifest("multi", contents.put_index("multi", "1", ELSEWHERE, HERE)[HERE])
    return f"{host}/multi:1"


@case("image-platform", "platform")
def no_variant_for_this_platform(cloud, host):
    cloud.contents(host).put_index("foreign", "1", ELSEWHERE)
    return f"{host}/foreign:1"


@case("image-platform", "platform")
def no_variant_in_dockers_own_list(cloud, host):
    cloud.contents(host).put_index("foreign", "2", ELSEWHERE, kind=DOCKER_LIST)
    return f"{host}/foreign:2"


@case("layer-missing", "layers")
def a_layer_that_the_registry_lost(cloud, host):
    contents = cloud.contents(host)
    contents.drop_blob("layer", contents.parts(contents.put_image("layer", "1", content="layer", layers=2))[2])
    return f"{host}/layer:1"


@case("layer-missing", "layers")
def a_config_that_the_registry_lost(cloud, host):
    contents = cloud.contents(host)
    contents.drop_blob("config", contents.parts(contents.put_image("config", "1", content="config"))[0])
    return f"{host}/config:1"


@case("layer-missing", "layers")
def a_layer_that_the_storage_lost(cloud, host):
    own_data_endpoint(cloud, host)
    contents = cloud.contents(host)
    contents.lose_blob(contents.parts(contents.put_image("lost", "1", content=host, layers=2))[2])
    return f"{host}/lost:1"


@case("layer-download-denied", "layers")
def a_storage_that_denies(cloud, host):
    own_data_endpoint(cloud, host)
    cloud.contents(host).put_image("denied", "1", content=host)
    cloud.fault("storagedenied", host=host.replace(".", ".eastus.data.", 1))
    return f"{host}/denied:1"


@case("quarantined", "manifest")
def an_image_in_quarantine_by_its_digest(cloud, host):
    cloud.fault("quarantined", host=host)
    return f"{host}/app@{DIGEST}"


@case("quarantined", "manifest")
def a_locked_image(cloud, host):
    cloud.fault("locked", host=host)
    return f"{host}/app:latest"


@case("cache-rule-credentials", "manifest")
def a_cache_rule_without_credentials(cloud, host):
    cloud.fault("cacherule", host=host, says="credentials")
    return f"{host}/app:latest"


@case("cache-rule-source-denied", "manifest")
def a_cache_rule_whose_source_denies(cloud, host):
    cloud.fault("cacherule", host=host, says="denied")
    return f"{host}/app:latest"


@case("cache-rule-throttled", "manifest")
def a_cache_rule_whose_source_throttles(cloud, host):
    cloud.fault("cacherule", host=host, says="throttled")
    return f"{host}/app:latest"


@case("manifest-unauthorized", "manifest", {"unauthorized-image"})
def a_manifest_that_is_denied_to_who_may_pull(cloud, host):
    cloud.fault("cacherule", host=host, says="unauthorized")
    return f"{host}/app:latest"


# How each client pulls an image into a separate directory.
CLIENTS = {
    "docker": lambda image, folder: ["pull", image],
    "skopeo": lambda image, folder: ["copy", "--retry-times=0", f"docker://{image}", f"dir:{folder}/pulled"],
    "crane": lambda image, folder: ["pull", "--platform", f"linux/{HERE}", image, f"{folder}/pulled.tar"],
}


def explained(helper, command, seen):
    answer = helper("explain", "--json", stdin=f"$ {command}\n{seen.text}")
    found = json.loads(answer.out)
    return {one["rule"] for one in (found["explanations"] if isinstance(found, dict) else found)}


@pytest.mark.parametrize("name", CASES)
def test_diagnose_finds_why_an_image_cannot_be_pulled(name, diagnose, cloud, registry):  # noqa: F811
    rule, check, _, provoke = CASES[name]
    image = provoke(cloud, registry)
    found = diagnose(image, status=1)
    assert found.rules == [rule] and found.problems == [check], found
    assert "your login works" in found.checks[check]["line"] or "rule" in rule or rule in ("quarantined", "manifest-unauthorized"), found


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", CASES)
def test_client_errors_about_an_image_are_explained_like_results_of_diagnose(name, client, helper, home, cloud, engine, registry):
    *_, told, provoke = CASES[name]
    arguments = CLIENTS[client](provoke(cloud, registry), home.folder)
    seen = Client(home, cloud, needed(client) if client == "crane" else client)(*arguments, timeout=180)
    assert seen.status != 0, seen
    ids = explained(helper, " ".join([client, *arguments]), seen)
    assert ids and ids <= told | {"throttled"} and ids & told, (client, ids, seen)


@pytest.mark.parametrize("kind", ["image", "index", "data endpoint"])
def test_an_image_that_can_be_pulled_is_ok(kind, diagnose, home, cloud, engine, registry):  # noqa: F811
    contents = cloud.contents(registry)
    if kind == "index":
        contents.put_index("well", "1", ELSEWHERE, HERE)
    else:
        contents.put_image("well", "1", layers=12)
    if kind == "data endpoint":
        own_data_endpoint(cloud, registry)
    found = diagnose(f"{registry}/well:1", status=0)
    assert found.problems == [] and {found.verdict(one) for one in ("manifest", "platform", "layers")} == {"ok"}, found
    Client(home, cloud, "/usr/bin/docker").must("pull", f"{registry}/well:1")


# ---- additional results ----

def put(cloud, host, *tags, repository="team/app"):
    for tag in tags:
        cloud.contents(host).put_image(repository, tag)


def manifest_of(found):
    return found.checks["manifest"]


@pytest.mark.parametrize("image, words", [
    ("team/app:1.10", "The most similar tag is 1.1.0"), ("team/app", "The repository has these tags: 1."),
    ("team/ap:1.0.0", "The repository does not exist; the most similar name is team/app"), ("other/thing:1", "The repository does not exist")])
def test_the_nearest_name_is_suggested(image, words, diagnose, cloud, registry):  # noqa: F811
    put(cloud, registry, "1.0.0", "1.1.0")
    found = diagnose(f"{registry}/{image}")
    assert words in manifest_of(found)["details"][0] and words in found.json["causes"][0]["explanation"]["why"], found


def test_the_explanation_is_translated_to_french(diagnose, cloud, registry):  # noqa: F811
    put(cloud, registry, "1.0.0")
    found = diagnose(f"{registry}/team/app:1.0.1", status=1, env={"LANGUAGE": "fr"})
    assert found.rules == ["image-missing"] and "votre connexion fonctionne" in manifest_of(found)["line"]
    assert "L'étiquette la plus proche est 1.0.0." in found.json["causes"][0]["explanation"]["why"], found


def test_without_permission_to_list_names_the_missing_part_is_still_reported(diagnose, cloud, registry):  # noqa: F811
    cloud.fault("throttle", host=registry, path="/v2/team/app/tags/list")
    put(cloud, registry, "1")
    found = diagnose(f"{registry}/team/app:2", status=1)
    assert found.rules == ["image-missing"] and manifest_of(found)["details"] == [], found


def test_a_tag_beyond_the_first_page_is_found(diagnose, cloud, registry):  # noqa: F811
    put(cloud, registry, *[f"a{number:04}" for number in range(1100)], "release-7")
    found = diagnose(f"{registry}/team/app:release-8", status=1)
    assert manifest_of(found)["details"] == ["The most similar tag is release-7"], found


def test_the_missing_layers_of_many_are_reported(diagnose, cloud, registry):  # noqa: F811
    contents = cloud.contents(registry)
    parts = contents.parts(contents.put_image("many", "1", content="many", layers=20))
    for part in (parts[3], parts[17]):
        contents.drop_blob("many", part)
    check = diagnose(f"{registry}/many:1", status=1).checks["layers"]
    assert check["line"].startswith("2 of 21 are missing") and check["details"] == [f"missing: {parts[3]}", f"missing: {parts[17]}"]


def test_an_image_without_a_tag_means_latest_and_another_tag_is_suggested(diagnose, cloud, registry):  # noqa: F811
    put(cloud, registry, "1")
    found = diagnose(f"{registry}/team/app", status=0)
    assert manifest_of(found)["verdict"] == "warning" and "team/app:latest" in manifest_of(found)["line"], found
    assert found.rules == ["image-missing"], found
    assert diagnose(f"{registry}/team/nope", status=1).rules == ["image-missing"]


@pytest.mark.parametrize("rule, source", [
    (["hub", "hub/*", "docker.io/library/*", "docker-login"], "Cache rule hub fills the repository from docker.io/library/team/app"),
    (["one", "hub/team/app", "ghcr.io/contoso/app"], "Cache rule one fills the repository from ghcr.io/contoso/app, without credentials"),
    (["other", "hubs/*", "quay.io/*"], None)])
@pytest.mark.parametrize("answer, due", [("unknown", "image-missing"), ("unauthorized", "manifest-unauthorized")])
def test_the_source_of_a_cache_rule_is_shown(answer, due, rule, source, diagnose, cloud, registry):  # noqa: F811
    with cloud.changed_world() as world:
        world["registries"][registry] = {"tenant": "contoso", "roles": None, "cache_rules": [rule]}
    if answer != "unknown":
        cloud.fault("cacherule", host=registry, says=answer)
    found = diagnose(f"{registry}/hub/team/app:1", status=1)
    assert found.rules == [due], found
    why = found.json["causes"][0]["explanation"]["why"]
    assert source + "." in why if source else "fills the repository from" not in why, why


def test_quarantine_is_mentioned_if_it_may_hide_the_image(diagnose, cloud, registry):  # noqa: F811
    with cloud.changed_world() as world:
        world["registries"][registry] = {"tenant": "contoso", "roles": None, "quarantine": True}
    cloud.fault("quarantined", host=registry)
    found = diagnose(f"{registry}/app:latest", status=1)
    assert "images in quarantine are hidden" in found.json["causes"][0]["explanation"]["why"], found


# ---- no false alarms ----

@pytest.mark.parametrize("arguments", [["{host}"], ["{host}", "--repository", "nope"], ["{host}/nope:1", "--action", "push"]])
def test_no_image_is_checked_if_none_is_named_or_it_will_be_pushed(arguments, diagnose, cloud, registry):  # noqa: F811
    found = diagnose(*[one.format(host=registry) for one in arguments], status=0)
    assert manifest_of(found)["verdict"] == found.verdict("layers") == "skipped"
    assert not [row for row in cloud.requests(host=registry) if "/manifests/" in (row.get("path") or "")]


@pytest.mark.parametrize("fault, more, rules", [
    ("html", {}, []), ("proxy", {}, []), ("error", {"status": 503}, ["registry-unavailable"]),
    ("throttle", {"retry_after": "none"}, ["throttled"]), ("redirect", {"location": "https://evil.example/"}, [])])
@pytest.mark.parametrize("part", ["manifests", "blobs"])
def test_other_errors_do_not_mean_a_missing_image_or_layer(part, fault, more, rules, diagnose, cloud, registry):  # noqa: F811
    cloud.fault(fault, host=registry, path=f"/v2/app/{part}/", **more)
    found = diagnose(f"{registry}/app", status=1 if rules and part == "manifests" else 0)
    assert found.rules == (rules if part == "manifests" else []), found
    assert found.verdict("layers") != "problem" and not cloud.trapped()


def test_a_firewall_error_for_the_manifest_is_reported_as_a_firewall(diagnose, cloud, registry):  # noqa: F811
    cloud.fault("firewall", host=registry, path="/v2/app/")
    assert diagnose(f"{registry}/app", status=1).rules == ["firewall"]


def test_a_web_page_with_status_404_does_not_mean_a_missing_image(diagnose, cloud, registry):  # noqa: F811
    cloud.fault("error", host=registry, path="/v2/app/", status=404, body="<html><body>404</body></html>")
    found = diagnose(f"{registry}/app", status=0)
    assert manifest_of(found)["verdict"] == "warning" and found.rules == [], found


@pytest.mark.parametrize("status, body", [(404, "<html>not here</html>"), (404, ""), (403, "<html>no</html>"), (503, "")])
def test_an_error_of_another_server_does_not_mean_a_missing_layer(status, body, diagnose, cloud, registry):  # noqa: F811
    own_data_endpoint(cloud, registry)
    cloud.fault("error", host=registry.replace(".", ".eastus.data.", 1), path="/", status=status, body=body)
    found = diagnose(f"{registry}/app", status=0)
    assert found.verdict("layers") == "warning" and found.checks["layers"]["details"] == [f"response status: {status}"], found


def test_the_token_is_sent_only_to_the_registry(diagnose, cloud, registry):  # noqa: F811
    own_data_endpoint(cloud, registry)
    found = diagnose(f"{registry}/app", status=0)
    data = [row for row in cloud.requests() if ".data." in (row.get("host") or "") and row.get("path")]
    assert found.verdict("layers") == "ok" and len(data) >= 3
    assert not [row for row in data if "authorization" in row["headers"]]


def test_a_redirect_to_an_unknown_host_is_not_followed(diagnose, cloud, registry):  # noqa: F811
    cloud.fault("redirect", host=registry, path="/v2/app/blobs/", location="https://blob.core.windows.net.evil.example/x?sig=1")
    found = diagnose(f"{registry}/app", status=0)
    assert found.verdict("layers") == "warning", found
    assert not [row for row in cloud.requests() if row.get("query", {}).get("sig")]


# ---- the identity that pulls ----

def test_a_stored_login_is_used_to_check_the_image(diagnose, helper, cloud):  # noqa: F811
    assert helper.store("admin.azurecr.io", "puller", "puller-password-one").status == 0
    cloud.contents("admin.azurecr.io").put_image("samples/app", "1")
    found = diagnose("admin.azurecr.io/samples/app:2", who=None, status=1)
    assert found.rules == ["image-missing"], found
    found = diagnose("admin.azurecr.io/samples/app:1", who=None)
    assert found.verdict("layers") == "ok", found


def test_a_public_image_is_checked_without_a_login(diagnose, helper, cloud):  # noqa: F811
    assert helper.logout("public.azurecr.io").status == 0
    assert diagnose("public.azurecr.io/app:v9", who=None).rules == ["image-missing"]
    assert diagnose("public.azurecr.io/app", who=None).verdict("layers") == "ok"


@pytest.mark.parametrize("chosen, verdict", [(f"linux/{ELSEWHERE}", "ok"), ("windows/amd64", "problem")])
def test_docker_default_platform_is_respected(chosen, verdict, diagnose, cloud, registry):  # noqa: F811
    cloud.contents(registry).put_index("both", "1", HERE, ELSEWHERE)
    found = diagnose(f"{registry}/both:1", env={"DOCKER_DEFAULT_PLATFORM": chosen})
    assert found.verdict("platform") == verdict, found
