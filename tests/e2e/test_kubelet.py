# SPDX-License-Identifier: Apache-2.0
"""kubelet's credential provider protocol, with requests as kubelet writes them and azure.json as AKS writes it."""
import base64
import json
import re
import subprocess
import time

import pytest
from client import ACR_AUDIENCE, APP, CONTOSO, DEPLOYER, KUBERNETES, MACHINE, NOBODY, NULL_GUID, WORKLOAD

V1 = "credentialprovider.kubelet.k8s.io/v1"
ANONYMOUS = {"*.azurecr.*": {"username": "", "password": ""}}
SUBJECT = "system:serviceaccount:default:builder"


def request(image, version=V1, **more):
    return json.dumps({"kind": "CredentialProviderRequest", "apiVersion": version, "image": image, **more})


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def seconds(duration):
    return int(re.fullmatch(r"(\d+)s", duration).group(1))


@pytest.fixture
def azure_json(home):
    """Writes the node's file; returns its path."""
    def write(**fields):
        document = {"cloud": "AzurePublicCloud", "tenantId": CONTOSO, "aadClientId": "msi", "aadClientSecret": "msi",
                    "useManagedIdentityExtension": True, "userAssignedIdentityID": "", **fields}
        return str(home.write("azure.json", json.dumps(document)))
    return write


@pytest.fixture
def kubelet(helper):
    """Runs the plugin as kubelet does: kubelet(image, *arguments) returns (answer, the response or None)."""
    def run(image, *arguments, version=V1, env=None, **fields):
        answer = helper("kubelet", *arguments, stdin=request(image, version, **fields), env=env)
        if answer.status:
            assert answer.status == 1 and answer.out == "" and answer.err, answer
            return answer, None
        response = json.loads(answer.out)
        assert (response["kind"], response["apiVersion"]) == ("CredentialProviderResponse", version), answer
        return answer, response
    return run


def identity_of(answer):
    """The client ID for which the registry issued the token."""
    rows = [row for row in answer.requests if row.get("path") == "/oauth2/exchange"]
    return claims(rows[-1]["form"]["access_token"]) if rows else None


def test_the_identity_of_the_node_gives_a_login_for_the_registry_of_the_image(kubelet, azure_json):
    answer, response = kubelet("acme.azurecr.io/team/app:1", azure_json())
    login = response["auth"].pop("acme.azurecr.io")
    assert response["auth"] == ANONYMOUS and response["cacheKeyType"] == "Registry"
    assert login["username"] == NULL_GUID and claims(login["password"])["aud"] == "acme.azurecr.io"
    assert identity_of(answer)["appid"] == MACHINE.client_id and identity_of(answer)["aud"] == ACR_AUDIENCE
    assert answer.err == ""


@pytest.mark.parametrize("name", [DEPLOYER.client_id, DEPLOYER.resource_id], ids=["client-id", "resource-id"])
def test_the_user_assigned_identity_of_azure_json_is_used(kubelet, azure_json, name):
    answer, _ = kubelet("acme.azurecr.io/app", azure_json(userAssignedIdentityID=name))
    assert identity_of(answer)["appid"] == DEPLOYER.client_id


def test_a_service_principal_of_azure_json_signs_in_and_its_secret_is_not_disclosed(kubelet, azure_json):
    answer, response = kubelet("acme.azurecr.io/app", azure_json(useManagedIdentityExtension=False, aadClientId=APP.client_id,
                                                                 aadClientSecret=APP.secret))
    assert identity_of(answer)["appid"] == APP.client_id
    assert APP.secret not in answer.out and response["auth"]["acme.azurecr.io"]["username"] == NULL_GUID


def test_the_environment_of_kubelet_does_not_change_the_identity_of_the_node(kubelet, azure_json, cloud):
    answer, _ = kubelet("acme.azurecr.io/app", azure_json(), env=cloud.environment(APP))
    assert identity_of(answer)["appid"] == MACHINE.client_id


def test_a_config_file_can_choose_another_identity_for_one_registry(kubelet, azure_json, home):
    home.config(registries={"reader.azurecr.io": {"client_id": DEPLOYER.client_id}})
    assert identity_of(kubelet("reader.azurecr.io/app", azure_json())[0])["appid"] == DEPLOYER.client_id
    assert identity_of(kubelet("acme.azurecr.io/app", azure_json())[0])["appid"] == MACHINE.client_id


def test_kubelet_caches_the_login_for_most_of_the_lifetime_of_the_token(kubelet, azure_json):
    _, response = kubelet("acme.azurecr.io/app", azure_json())
    left = claims(response["auth"]["acme.azurecr.io"]["password"])["exp"] - time.time()
    assert left * 0.74 <= seconds(response["cacheDuration"]) <= left * 0.91


def test_a_second_request_is_served_from_the_cache(kubelet, azure_json):
    file = azure_json()
    _, first = kubelet("acme.azurecr.io/app", file)
    answer, second = kubelet("acme.azurecr.io/other", file)
    assert [row for row in answer.requests if row["service"] in ("imds", "acr", "entra")] == []
    assert first["auth"] == second["auth"]


@pytest.mark.parametrize("version", [V1, "credentialprovider.kubelet.k8s.io/v1beta1", "credentialprovider.kubelet.k8s.io/v1alpha1"])
def test_the_answer_has_the_api_version_of_the_request(kubelet, azure_json, version):
    kubelet("acme.azurecr.io/app", azure_json(), version=version)


@pytest.mark.parametrize("image", ["nginx", "docker.io/library/nginx", "mcr.microsoft.com/pause:3", "ghcr.io/acme.azurecr.io/app",
                                   "acme.azurecr.io.evil.com/app", "acme.azurecr.io@evil.com/app", "acme.eastus.data.azurecr.io/app"])
def test_other_images_get_an_empty_answer_and_no_request_is_sent(kubelet, azure_json, image):
    answer, response = kubelet(image, azure_json())
    assert response["auth"] == {} and response["cacheDuration"] == "0s" and answer.requests == []


def test_the_key_keeps_the_port_of_the_image(kubelet, azure_json):
    _, response = kubelet("acme.azurecr.io:443/app", azure_json())
    assert set(response["auth"]) == {"acme.azurecr.io:443", "*.azurecr.*"}


@pytest.mark.parametrize("image", ["contoso-e7ggejfuhzhgedc8.azurecr.io/app", "contoso.eastus.geo.azurecr.io/app"])
def test_registries_with_a_label_and_regional_endpoints_are_served(kubelet, azure_json, image):
    _, response = kubelet(image, azure_json())
    assert image.split("/", maxsplit=1)[0] in response["auth"]


def test_a_mirrored_image_is_pulled_with_the_login_of_the_mirror(kubelet, azure_json):
    for option in (["--registry-mirror=mcr.microsoft.com:acme.azurecr.io"], ["-r", "quay.io:x.azurecr.io, mcr.microsoft.com:acme.azurecr.io"]):
        _, response = kubelet("mcr.microsoft.com/oss/pause:3.6", azure_json(), *option)
        assert response["auth"]["mcr.microsoft.com"] == response["auth"]["acme.azurecr.io"]
    answer, response = kubelet("mcr.microsoft.com.evil.com/pause", azure_json(), "-r", "mcr.microsoft.com:acme.azurecr.io")
    assert response["auth"] == {} and answer.requests == []


# the pod's own identity

def pod(cloud, subject=SUBJECT, audience="api://AzureADTokenExchange", **annotations):
    annotations = annotations or {"kubernetes.azure.com/acr-client-id": WORKLOAD.client_id,
                                  "kubernetes.azure.com/acr-tenant-id": CONTOSO}
    return {"serviceAccountToken": cloud.federated_token(issuer=KUBERNETES, subject=subject, audience=audience),
            "serviceAccountAnnotations": annotations}


def test_the_service_account_token_is_the_identity_of_the_pod(kubelet, azure_json, cloud):
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud))
    assert identity_of(answer)["appid"] == WORKLOAD.client_id and "acme.azurecr.io" in response["auth"]
    assert [row for row in answer.requests if row["service"] == "imds"] == []


def test_the_annotations_of_workload_identity_and_the_tenant_of_the_node_are_enough(kubelet, azure_json, cloud):
    answer, _ = kubelet("acme.azurecr.io/app", azure_json(),
                        **pod(cloud, **{"azure.workload.identity/client-id": WORKLOAD.client_id}))
    assert identity_of(answer)["appid"] == WORKLOAD.client_id


def test_a_pod_whose_service_account_is_not_federated_gets_no_login(kubelet, azure_json, cloud):
    """Neither from Entra ID nor from a cache, although the authorized pod has just pulled."""
    kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud))
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud, subject="system:serviceaccount:default:thief"))
    assert response is None and "AADSTS700213" in answer.err


def roots_login(helper, home, host="acme.azurecr.io"):
    """Everything that root may have left on the node for a registry: docker login, docker's own file, a decision."""
    login = {"ServerURL": host, "Username": "admin", "Secret": "password-of-root"}
    assert helper("store", stdin=json.dumps(login), env={"DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE": "false"}).status == 0
    auth = base64.b64encode(b"admin:password-of-root").decode()
    home.write(".docker/config.json", json.dumps({"auths": {host: {"auth": auth}, "quay.io": {"auth": auth}}}))


@pytest.mark.parametrize("who", ["rights", "no-rights", "nobody"])
def test_a_pod_never_gets_a_login_that_root_stored_on_the_node(kubelet, azure_json, cloud, helper, home, who):
    roots_login(helper, home)
    client = {"rights": WORKLOAD.client_id, "no-rights": NOBODY.client_id, "nobody": "x"}[who]
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud, **{"kubernetes.azure.com/acr-client-id": client}))
    assert "password-of-root" not in answer.out and (response is not None) == (who == "rights")
    if who == "rights":
        assert identity_of(answer)["appid"] == WORKLOAD.client_id


def test_a_pod_is_served_although_root_signed_out_on_the_node(kubelet, azure_json, cloud, helper):
    assert helper("logout", "acme.azurecr.io").status == 0
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud))
    assert identity_of(answer)["appid"] == WORKLOAD.client_id and "acme.azurecr.io" in response["auth"]


def test_a_pod_neither_uses_nor_writes_a_cached_token(kubelet, azure_json, cloud, home):
    kubelet("acme.azurecr.io/app", azure_json())
    before = home.snapshot()
    for _ in range(2):
        answer, _ = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud))
        assert identity_of(answer)["appid"] == WORKLOAD.client_id
    assert home.snapshot() == before


def test_a_denial_for_one_pod_does_not_affect_another(kubelet, azure_json, cloud):
    _, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud, subject="system:serviceaccount:default:thief"))
    assert response is None
    _, response = kubelet("acme.azurecr.io/app", azure_json(), **pod(cloud))
    assert "acme.azurecr.io" in response["auth"]


def test_a_mirrored_image_uses_the_identity_and_cache_of_the_node_and_no_login_of_root(kubelet, azure_json, cloud, helper, home):
    roots_login(helper, home)
    mirror = "--registry-mirror=mcr.microsoft.com:acme.azurecr.io"
    answer, response = kubelet("mcr.microsoft.com/app", azure_json(), mirror, **pod(cloud))
    assert identity_of(answer)["appid"] == MACHINE.client_id and "password-of-root" not in answer.out
    again, second = kubelet("mcr.microsoft.com/other", azure_json(), mirror)
    assert second["auth"] == response["auth"] and [row for row in again.requests if row["service"] in ("imds", "acr", "entra")] == []


def test_a_mirrored_image_is_served_although_root_signed_out_of_the_mirror(kubelet, azure_json, helper):
    assert helper("logout", "acme.azurecr.io").status == 0
    _, response = kubelet("mcr.microsoft.com/app", azure_json(), "--registry-mirror=mcr.microsoft.com:acme.azurecr.io")
    assert "mcr.microsoft.com" in response["auth"]


def test_the_token_of_a_pod_is_not_written_to_disk(kubelet, azure_json, cloud, home):
    fields = pod(cloud)
    kubelet("acme.azurecr.io/app", azure_json(), **fields)
    for content in home.snapshot().values():
        assert fields["serviceAccountToken"] not in str(content)


BINDINGS = {"--ib-sni-name": "sni.example", "--ib-apiserver-ip": "10.0.0.1", "--ib-default-client-id": WORKLOAD.client_id,
            "--ib-default-tenant-id": CONTOSO}
OWN = {"kubernetes.azure.com/acr-client-id": WORKLOAD.client_id}
# (a token?, annotations, identity bindings?, --node-identity?): the identity that pulls, None for an error
WHO = {
    (False, (), False, False): MACHINE, (False, (), False, True): MACHINE, (False, (), True, False): None,
    (False, (), True, True): MACHINE, (True, (), False, False): None, (True, (), False, True): MACHINE,
    (True, (), True, False): None, (True, (), True, True): MACHINE, (True, ("client",), False, False): WORKLOAD,
    (True, ("client",), False, True): WORKLOAD, (True, ("client",), True, False): None, (True, ("client",), True, True): None,
    (True, ("tenant",), False, False): None, (True, ("empty",), False, False): None, (False, ("client",), True, True): None,
}
ANNOTATIONS = {"client": OWN, "tenant": {"kubernetes.azure.com/acr-tenant-id": CONTOSO},
               "empty": {"kubernetes.azure.com/acr-client-id": ""}}


@pytest.mark.parametrize("case", WHO, ids=str)
def test_if_pods_send_tokens_the_identity_of_the_node_needs_an_option(kubelet, azure_json, cloud, helper, home, case):
    token, names, bindings, allowed = case
    roots_login(helper, home, "other.azurecr.io")
    fields = pod(cloud) if token else {}
    fields["serviceAccountAnnotations"] = {key: value for name in names for key, value in ANNOTATIONS[name].items()}
    arguments = [f"{name}={value}" for name, value in BINDINGS.items()] if bindings else []
    arguments += ["--node-identity"] if allowed else []
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), *arguments, **fields)
    if WHO[case]:
        assert identity_of(answer)["appid"] == WHO[case].client_id and "acme.azurecr.io" in response["auth"]
    else:
        assert response is None and answer.requests == [] and "--node-identity" in answer.err


@pytest.mark.parametrize("flag", BINDINGS)
def test_each_option_of_identity_bindings_means_that_pods_send_tokens(kubelet, azure_json, flag):
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), f"{flag}={BINDINGS[flag]}")
    assert response is None and "identity bindings" in answer.err and answer.requests == []


def test_a_mirrored_image_uses_the_identity_of_the_node_even_with_a_pod_token(kubelet, azure_json, cloud):
    flags = [f"{name}={value}" for name, value in BINDINGS.items()]
    answer, _ = kubelet("mcr.microsoft.com/app", azure_json(), "-r", "mcr.microsoft.com:acme.azurecr.io", *flags, **pod(cloud))
    assert identity_of(answer)["appid"] == MACHINE.client_id and answer.asked("entra") == 0


@pytest.mark.parametrize("fields", [
    {"serviceAccountToken": 5}, {"serviceAccountToken": ["x"]}, {"serviceAccountToken": {}}, {"serviceAccountToken": False},
    {"serviceAccountAnnotations": "x"}, {"serviceAccountAnnotations": []},
    {"serviceAccountToken": "x", "serviceAccountAnnotations": {"kubernetes.azure.com/acr-client-id": 5}}], ids=str)
def test_a_token_that_cannot_be_read_is_not_treated_as_missing(kubelet, azure_json, fields):
    answer, response = kubelet("acme.azurecr.io/app", azure_json(), **fields)
    assert response is None and answer.requests == []


# image: the cache key and the registry of the login, None for no login
MIRRORS = "mcr.microsoft.com/oss:acme.azurecr.io/mirror,mcr.microsoft.com/oss/v2:reader.azurecr.io,quay.io/:acme.azurecr.io/q,nonsense,:x"
MIRRORED = {
    "mcr.microsoft.com/oss/pause:3": ("mcr.microsoft.com/oss", "acme.azurecr.io"),
    "MCR.microsoft.com/oss/pause:3": ("mcr.microsoft.com/oss", "acme.azurecr.io"),
    "mcr.microsoft.com/oss:1": ("mcr.microsoft.com/oss", "acme.azurecr.io"),
    "mcr.microsoft.com/oss@sha256:" + 64 * "a": ("mcr.microsoft.com/oss", "acme.azurecr.io"),
    "mcr.microsoft.com/oss/v2/app": ("mcr.microsoft.com/oss/v2", "reader.azurecr.io"),
    "mcr.microsoft.com/oss/v2x": ("mcr.microsoft.com/oss", "acme.azurecr.io"),
    "mcr.microsoft.com/ossx/pause": None, "mcr.microsoft.com/OSS/pause": None, "mcr.microsoft.com/pause": None,
    "mcr.microsoft.com.evil.com/oss/pause": None, "evil.com/mcr.microsoft.com/oss/pause": None,
    "quay.io/team/app": ("quay.io", "acme.azurecr.io"), "quay.io.evil.com/team/app": None, "quay.iox/app": None,
}


@pytest.mark.parametrize("image", MIRRORED)
def test_a_mirror_can_cover_a_part_of_a_registry(kubelet, azure_json, image):
    answer, response = kubelet(image, azure_json(), "--registry-mirror", MIRRORS)
    assert '"nonsense" is not FROM:TO' in answer.err and '":x" is not FROM:TO' in answer.err
    if not MIRRORED[image]:
        assert response["auth"] == {} and answer.requests == []
        return
    source, target = MIRRORED[image]
    assert set(response["auth"]) == {source, target, "*.azurecr.*"} and response["auth"][source] == response["auth"][target]
    assert claims(response["auth"][source]["password"])["aud"] == target
    # What kubelet caches for one path of a registry must not be used for another.
    assert response["cacheKeyType"] == ("Image" if source.startswith("mcr") else "Registry")


def stored(helper, home, **claim):
    """A login that a user stored, which is a JSON Web Token with these claims."""
    part = base64.urlsafe_b64encode(json.dumps(claim).encode()).decode().rstrip("=")
    text = json.dumps({"ServerURL": "acme.azurecr.io", "Username": "robot", "Secret": f"e30.{part}.c2ln"})
    assert helper("store", stdin=text, env={"DOCKER_CREDENTIAL_ACR_VERIFY_ON_STORE": "false"}).status == 0


@pytest.mark.parametrize("life, least, most", [(600, 290, 300), (1800, 1340, 1500), (3 * 3600, 8000, 3 * 3600), (10 ** 9, 8000, 3 * 3600),
                                               (200, 0, 0), (-60, 0, 0)])
def test_kubelet_caches_no_login_beyond_its_lifetime_or_three_hours(kubelet, azure_json, helper, home, life, least, most):
    stored(helper, home, exp=int(time.time()) + life)
    _, response = kubelet("acme.azurecr.io/app", azure_json(), env={"DOCKER_CREDENTIAL_ACR_MIN_VALIDITY": "300h"})
    assert least <= seconds(response["cacheDuration"]) <= most


def test_a_clock_that_is_behind_does_not_extend_the_cache_duration(kubelet, azure_json, helper, home):
    """By its own claims it is valid for one hour; by the clock of this machine, which is an hour slow, for two."""
    made = int(time.time()) + 3600
    stored(helper, home, iat=made, exp=made + 3600)
    _, response = kubelet("acme.azurecr.io/app", azure_json())
    assert 0.7 * 3600 <= seconds(response["cacheDuration"]) <= 0.95 * 3600


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_wrong_clock_does_not_make_kubelet_keep_a_token_for_longer(kubelet, azure_json, cloud, home, skew):
    """The clock of the registry differs from that of the node by `skew`, and the token was issued two hours ago."""
    cloud.fault("skew", service="acr", seconds=skew)
    kubelet("acme.azurecr.io/app", azure_json())
    cloud.no_faults()
    home.age(6000)
    _, response = kubelet("acme.azurecr.io/app", azure_json())
    assert 0 < seconds(response["cacheDuration"]) <= 10800 - 6000


@pytest.mark.parametrize("wrong", [-300, -120, 120, 300])
@pytest.mark.parametrize("left", [400, 900, 3780, 10800])
def test_a_clock_that_is_minutes_wrong_does_not_make_kubelet_use_an_expired_token(kubelet, azure_json, helper, home, left, wrong):
    """The validity of a login is known only from its claims, and the node's clock is `wrong` seconds fast, so the
    remaining time seems to be different."""
    now = int(time.time())
    stored(helper, home, iat=now - wrong - 7000, exp=now + left - wrong)
    _, response = kubelet("acme.azurecr.io/app", azure_json(), env={"DOCKER_CREDENTIAL_ACR_MIN_VALIDITY": "300h"})
    assert seconds(response["cacheDuration"]) <= left


@pytest.mark.parametrize("wrong", [-300, 300])
@pytest.mark.parametrize("age", [7020, 9000, 10200])
def test_a_clock_set_at_a_reboot_does_not_make_kubelet_use_an_expired_token(kubelet, azure_json, cloud, home, age, wrong):
    """Only the clock tells how old the cached token is, and Azure cannot be reached for a new one."""
    file, env = azure_json(), {"DOCKER_CREDENTIAL_ACR_TIMEOUT": "4s"}
    kubelet("acme.azurecr.io/app", file, env=env)
    home.age(age - wrong)
    cloud.fault("error", service="imds", status=500)
    _, response = kubelet("acme.azurecr.io/app", file, env=env)
    assert seconds(response["cacheDuration"]) <= 10800 - age


# failures

def test_a_denial_is_explained_on_stderr_for_the_log_of_kubelet(kubelet, azure_json):
    answer, response = kubelet("norole-abc.azurecr.io/app", azure_json())
    assert response is None and "norole-abc.azurecr.io" in answer.err


def test_a_registry_with_anonymous_pull_is_answered_without_a_login(kubelet, azure_json, cloud):
    cloud.fault("norole", host="public.azurecr.io", path="/oauth2/exchange")
    _, response = kubelet("public.azurecr.io/app", azure_json())
    assert response["auth"] == ANONYMOUS and response["cacheDuration"] == "0s"


def test_a_node_without_the_identity_pulls_anonymously_and_is_asked_again(kubelet, azure_json, cloud):
    cloud.fault("imds400", service="imds")
    answer, response = kubelet("acme.azurecr.io/app", azure_json())
    assert response["auth"] == ANONYMOUS and response["cacheDuration"] == "0s" and answer.err


@pytest.mark.parametrize("stdin, words", [
    ("", "not valid JSON"), ("{", "not valid JSON"), ("[]", "not a CredentialProviderRequest"), ("{}", "not a CredentialProviderRequest"),
    (request("", V1), "does not specify an image"), (request("acme.azurecr.io/app", "credentialprovider.kubelet.k8s.io/v9"), "which is not supported"),
    (b"\xff\x00" * 50, "not valid JSON")], ids=range(7))
def test_an_invalid_request_is_an_error(helper, azure_json, stdin, words):
    answer = helper("kubelet", azure_json(), stdin=stdin)
    assert answer.status == 1 and answer.out == "" and words in answer.err and answer.requests == []


@pytest.mark.parametrize("text, words", [("{", "is not valid JSON"), ("[]", "is not a JSON object"), ("{}", "specifies no identity")])
def test_an_invalid_azure_json_is_named_in_the_error(helper, home, text, words):
    path = home.write("azure.json", text)
    answer = helper("kubelet", str(path), stdin=request("acme.azurecr.io/app"))
    assert answer.status == 1 and words in answer.err and str(path) in answer.err


def test_a_missing_azure_json_is_named_in_the_error(helper):
    answer = helper("kubelet", "/nonexistent/azure.json", stdin=request("acme.azurecr.io/app"))
    assert answer.status == 1 and "cannot open /nonexistent/azure.json" in answer.err


def test_it_works_under_the_name_of_the_azure_provider(home, cloud, azure_json):
    link = home.folder / "acr-credential-provider"
    link.symlink_to(home.program)
    ran = subprocess.run([link, azure_json(), "--registry-mirror=mcr.microsoft.com:acme.azurecr.io"], env=home.env, text=True,
                         input=request("mcr.microsoft.com/app"), capture_output=True, check=True)
    assert "mcr.microsoft.com" in json.loads(ran.stdout)["auth"]


def test_it_needs_no_home_directory_and_no_writable_disk(helper, home, azure_json):
    answer = helper("kubelet", azure_json(), stdin=request("acme.azurecr.io/app"),
                    without=("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"))
    assert "acme.azurecr.io" in json.loads(answer.out)["auth"]
