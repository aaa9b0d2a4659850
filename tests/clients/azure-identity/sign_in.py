# SPDX-License-Identifier: Apache-2.0
"""Sign in with one credential of azure-identity, as a program that uses Microsoft's SDK does.

    python sign_in.py CREDENTIAL [SCOPE]      prints the token
    python sign_in.py versions                prints what it is built on

What the credential needs to know it takes from the environment, where the SDK does not do so by itself.
"""
import os
import sys
from importlib.metadata import version

import azure.identity

REGISTRY_SCOPE = "https://containerregistry.azure.net/.default"
# Credential -> (argument of its constructor, variable of the environment), those that are set.
ARGUMENTS = {
    "CertificateCredential": {"tenant_id": "AZURE_TENANT_ID", "client_id": "AZURE_CLIENT_ID",
                              "certificate_path": "AZURE_CLIENT_CERTIFICATE_PATH"},
    "ManagedIdentityCredential": {"client_id": "AZURE_CLIENT_ID"},
    "AzurePipelinesCredential": {"tenant_id": "AZURESUBSCRIPTION_TENANT_ID", "client_id": "AZURESUBSCRIPTION_CLIENT_ID",
                                 "service_connection_id": "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                                 "system_access_token": "SYSTEM_ACCESSTOKEN"},
    "DeviceCodeCredential": {"tenant_id": "AZURE_TENANT_ID", "client_id": "AZURE_CLIENT_ID"},
    "InteractiveBrowserCredential": {"tenant_id": "AZURE_TENANT_ID", "client_id": "AZURE_CLIENT_ID"},
}


def main(name, scope=REGISTRY_SCOPE):
    if name == "versions":
        print(", ".join(f"{one} {version(one)}" for one in ("azure-identity", "azure-core", "msal")))
        return
    given = {argument: os.environ[variable] for argument, variable in ARGUMENTS.get(name, {}).items() if variable in os.environ}
    print(getattr(azure.identity, name)(**given).get_token(scope).token)


main(*sys.argv[1:])
