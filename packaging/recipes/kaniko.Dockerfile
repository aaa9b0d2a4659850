# kaniko with this helper instead of its own. kaniko's image has no C library, so the bundle includes one, in
# /opt, separate from the image's own files. CA certificates are those of the image (/kaniko/ssl/certs).
#
# HELPER is the image of the bundle: packaging/build-bundle writes it as an OCI archive; push it to your registry.
ARG HELPER=contoso.azurecr.io/tools/docker-credential-acr:0.1.0
FROM ${HELPER} AS helper
FROM gcr.io/kaniko-project/executor:v1.24.0
COPY --from=helper /opt/docker-credential-acr /opt/docker-credential-acr
# First in PATH, because recent kaniko images have a program with the same name.
ENV PATH=/opt/docker-credential-acr/bin:/usr/local/bin:/kaniko
