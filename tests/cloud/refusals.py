# SPDX-License-Identifier: Apache-2.0
"""The errors of Microsoft Entra ID: AADSTS codes with their status, OAuth error and text."""

# code: (status, error, text)
REFUSALS = {
    50011: (400, "invalid_request", "The redirect URI '{redirect}' specified in the request does not match the "
            "redirect URIs configured for the application '{client}'."),
    50034: (400, "invalid_grant", "The user account {user} does not exist in the {tenant} directory. To sign into "
            "this application, the account must be added to the directory."),
    50049: (400, "invalid_instance", "Unknown or invalid instance."),
    50126: (400, "invalid_grant", "Error validating credentials due to invalid username or password."),
    50194: (400, "invalid_request", "Application '{client}'({name}) is not configured as a multi-tenant "
            "application. Usage of the /common endpoint is not supported for such apps."),
    54005: (400, "invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid "
            "code or use an existing refresh token."),
    70000: (400, "invalid_grant", "Provided grant is invalid or malformed."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    70008: (400, "invalid_grant", "The provided authorization code or refresh token has expired due to inactivity. "
            "Send a new interactive authorization request for this user and resource."),
    70011: (400, "invalid_scope", "The provided request must include a 'scope' input parameter. The provided value "
            "for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
    70016: (400, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: (400, "bad_verification_code", "Invalid verification code. Please check the code and try again."),
    70019: (400, "expired_token", "Verification code expired. Please retry with new code."),
    700016: (400, "unauthorized_client", "Application with identifier '{client}' was not found in the directory "
             "'{tenant}'. This can happen if the application has not been installed by the administrator of the "
             "tenant or consented to by any user in the tenant. You may have sent your authentication request to "
             "the wrong tenant."),
    700024: (401, "invalid_client", "Client assertion is not within its valid time range. Current time: {now}, "
             "assertion valid from {start}, expiry time of assertion {end}. Review the documentation at "
             "https://docs.microsoft.com/azure/active-directory/develop/"
             "active-directory-certificate-credentials ."),
    700025: (401, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be "
             "presented."),
    700027: (401, "invalid_client", "The certificate with identifier used to sign the client assertion is not "
             "registered on application. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}'. "
             "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app "
             "Id '{client}'."),
    700021: (401, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter. "
             "Review the documentation at https://docs.microsoft.com/en-us/azure/active-directory/develop/"
             "active-directory-certificate-credentials ."),
    700023: (401, "invalid_client", "Client assertion audience claim does not match Realm issuer. Review the "
             "documentation at https://docs.microsoft.com/en-us/azure/active-directory/develop/"
             "active-directory-certificate-credentials ."),
    50027: (401, "invalid_client", "JWT token is invalid or malformed. {reason}"),
    700082: (400, "invalid_grant", "The refresh token has expired due to inactivity. The token was issued on "
             "{issued} and was inactive for 90.00:00:00."),
    700211: (401, "invalid_client", "No matching federated identity record found for presented assertion issuer "
             "'{issuer}'. Check your federated identity credential Subject, Audience and Issuer against the "
             "presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/"
             "workload-identity-federation"),
    700212: (401, "invalid_client", "No matching federated identity record found for presented assertion audience "
             "'{audience}'. Check your federated identity credential Subject, Audience and Issuer against the "
             "presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/"
             "workload-identity-federation"),
    700213: (401, "invalid_client", "No matching federated identity record found for presented assertion subject "
             "'{subject}'. Check your federated identity credential Subject, Audience and Issuer against the "
             "presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/"
             "workload-identity-federation"),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    90002: (400, "invalid_request", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID "
            "and are signing into the correct cloud. Check with your subscription administrator, this may happen if "
            "there are no active subscriptions for the tenant."),
    90033: (400, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    500011: (400, "invalid_resource", "The resource principal named {resource} was not found in the tenant named "
             "{tenant}. This can happen if the application has not been installed by the administrator of the tenant "
             "or consented to by any user in the tenant. You might have sent your authentication request to the "
             "wrong tenant."),
    501481: (400, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the "
             "authorization request."),
    1002012: (400, "invalid_scope", "The provided value for scope {scope} is not valid. Client credential flows must "
              "have a scope value with /.default suffixed to the resource identifier (application ID URI)."),
    7000112: (400, "unauthorized_client", "Application '{client}'({name}) is disabled."),
    7000215: (401, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is "
              "the client secret value, not the client secret ID, for a secret added to app '{client}'."),
    7000218: (401, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or "
              "'client_secret'."),
    7000222: (401, "invalid_client", "The provided client secret keys for app '{client}' are expired. Visit the "
              "Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using "
              "certificate credentials for added security: https://aka.ms/certCreds."),
    9002313: (400, "invalid_request", "Invalid request. Request is malformed or invalid."),
}


class _Said(dict):
    """The values for a text. A name without a value remains as a word."""

    def __missing__(self, key):
        return f"<{key}>"


class Refusal(Exception):
    """An AADSTS code, and the values for its text."""

    def __init__(self, code, **about):
        super().__init__(code)
        self.code, self.about = code, about
        self.status, self.error, text = REFUSALS.get(code, (400, "invalid_request", "{text}"))
        self.text = text.format_map(_Said({"text": "Refused.", **about}))
