# SPDX-License-Identifier: Apache-2.0
"""Without a network, or with one that does not respond: a command ends within seconds and says what it waited for.

The times are upper bounds that allow for a busy machine.
"""
import re

import pytest
from client import APP
from homes import needs

ACME = "acme.azurecr.io"
NEAR_THE_END = 7300  # seconds, of 10800
OFFLINE = ["unshare", "--net", "--"]
pytestmark = pytest.mark.plain


@pytest.fixture
def signed_in(cloud):
    return cloud.environment(APP)


@pytest.fixture(scope="module")
def name_servers(tmp_path_factory):
    """Returns a prefix that runs the program with these name servers."""
    needs("mounts")

    def make(*addresses, search=""):
        path = tmp_path_factory.mktemp("resolv") / "resolv.conf"
        path.write_text("".join(f"nameserver {one}\n" for one in addresses) + (f"search {search}\n" if search else ""))
        return ["unshare", "--mount", "--", "sh", "-c", f'mount --bind {path} /etc/resolv.conf && exec "$@"', "sh"]
    return make


def waited(answer):
    """Returns the seconds in the text."""
    return [float(number) for number in re.findall(r"(\d+\.\d) s\b", answer.err)]


def test_without_any_network_a_get_says_at_once_that_the_machine_is_offline(helper, signed_in):
    answer = helper.get(ACME, env=signed_in, prefix=OFFLINE)
    assert answer.status == 1 and "this machine is offline" in answer.out, answer
    assert "cannot resolve" not in answer.out + answer.err, answer
    assert answer.seconds < 1, answer


def test_an_interface_that_is_up_is_not_offline(helper, signed_in):
    """A network without a default route may still have a proxy."""
    prefix = [*OFFLINE, "sh", "-c", 'ip link add name net0 type veth peer name net1 && ip address add 192.168.7.2/24 dev net0 && '
              'ip link set net0 up && ip link set net1 up && exec "$@"', "sh"]
    answer = helper.get(ACME, env=signed_in, prefix=prefix)
    assert answer.status == 1 and "offline" not in answer.out + answer.err, answer
    assert "cannot resolve host name" in answer.out, answer


def test_a_name_that_does_not_exist_is_not_offline(helper, signed_in):
    answer = helper.get("nosuch.azurecr.io", env=signed_in)
    assert answer.status == 1 and "offline" not in answer.out + answer.err and "cannot resolve" in answer.out, answer


@pytest.mark.parametrize("search", ["", "corp.example lab.example"], ids=["plain", "search"])
@pytest.mark.parametrize("addresses", [["10.99.0.12"], ["10.99.0.12", "10.99.0.12"]], ids=["one", "two"])
def test_name_servers_that_drop_packets_cost_at_most_six_seconds(helper, signed_in, name_servers, addresses, search):
    answer = helper.get(ACME, env=signed_in, prefix=name_servers(*addresses, search=search))
    assert answer.status == 1 and "DNS lookup" in answer.out and "timed out after" in answer.out, answer
    assert answer.seconds < 6, answer
    assert waited(answer) and max(waited(answer)) > answer.seconds - 1.5, answer


def test_a_get_is_served_although_the_first_name_server_does_not_answer(helper, signed_in, name_servers):
    answer = helper.get(ACME, env=signed_in, prefix=name_servers("10.99.0.12", "10.99.0.53"))
    assert answer.status == 0 and answer.seconds < 10, answer


@pytest.mark.parametrize("service", ["entra", "acr"])
@pytest.mark.parametrize("at,most", [(None, 14), ("connect", 8)], ids=["answer", "handshake"])
def test_a_server_that_does_not_answer_gets_one_request(helper, signed_in, cloud, service, at, most):
    cloud.fault("hang", service=service, **({"at": at} if at else {}))
    answer = helper.get(ACME, env=signed_in)
    assert answer.status == 1 and answer.seconds < most, answer
    assert len([row for row in answer.requests if row["service"] == service and row.get("method") == "POST"]) <= 1, answer
    assert waited(answer) and max(waited(answer)) > answer.seconds - 2, answer


def test_a_registry_that_drops_packets_costs_one_connection(helper, signed_in):
    answer = helper.get("dropped.azurecr.io", env=signed_in)
    assert answer.status == 1 and "timed out after" in answer.out and answer.seconds < 8, answer


@pytest.mark.parametrize("service", ["entra", "acr"])
def test_while_a_token_is_valid_its_renewal_takes_at_most_three_seconds(helper, home, signed_in, cloud, service):
    secret = helper.get(ACME, env=signed_in).secret
    home.age(NEAR_THE_END)
    cloud.fault("hang", service=service)
    answer = helper.get(ACME, env=signed_in)
    assert answer.status == 0 and answer.secret == secret, answer
    assert answer.seconds < 4.5 and answer.err.count("\n") == 1 and "could not be renewed" in answer.err, answer


def test_a_name_server_that_keeps_silent_says_nothing_about_the_registry(helper, signed_in, name_servers):
    """The registry may exist."""
    for arguments, stdin in ((["get"], ACME), (["diagnose", ACME], "")):
        answer = helper(*arguments, stdin=stdin, env=signed_in, prefix=name_servers("10.99.0.12"))
        assert answer.status == 1 and "[dns-name-not-found]" not in answer.err + answer.out, answer


def test_diagnose_finds_nothing_wrong_with_a_dead_first_name_server(helper, signed_in, name_servers):
    answer = helper("diagnose", ACME, "--verbose", env=signed_in, prefix=name_servers("10.99.0.12", "10.99.0.53"), timeout=120)
    assert "ok       DNS lookup" in answer.out, answer


COMMANDS = [["login", "--device-code", "--insecure-storage", ACME], ["renew", "--force", ACME], ["diagnose", ACME]]
EACH_COMMAND = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])


@EACH_COMMAND
def test_a_command_has_the_same_time_limits(helper, signed_in, name_servers, command):
    assert helper.get(ACME, env=signed_in).status == 0
    answer = helper(*command, env=signed_in, prefix=OFFLINE)
    assert answer.status == 1 and "this machine is offline" in answer.out + answer.err and answer.seconds < 2, answer
    answer = helper(*command, env=signed_in, prefix=name_servers("10.99.0.12"))
    # diagnose looks up one name after the other.
    assert answer.status == 1 and answer.seconds < (11 if command[0] == "diagnose" else 7), answer
    assert "DNS lookup" in answer.out + answer.err or "dns-server-timeout" in answer.out, answer


@EACH_COMMAND
@pytest.mark.parametrize("service", ["entra", "acr"])
@pytest.mark.parametrize("at,most", [(None, 14), ("connect", 8)], ids=["answer", "handshake"])
def test_a_command_asks_a_silent_server_once(helper, signed_in, cloud, command, service, at, most):
    assert helper.get(ACME, env=signed_in).status == 0
    cloud.fault("hang", service=service, **({"at": at} if at else {}))
    answer = helper(*command, env=signed_in)
    # A sign-in with a device code starts with a pause.
    assert answer.status == 1 and answer.seconds < most + 2 * (command[0] == "login"), answer
