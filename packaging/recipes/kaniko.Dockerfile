# kaniko with this helper in the place of its own. kaniko's image has no C library: the bundle brings one along, under
# /opt, beside the image's own files. Certificates are those of the image (/kaniko/ssl/certs).
#
# HELPER is the image of the bundle: packaging/build-bundle writes it as an OCI archive; push it to a registry of yours.
ARG HELPER=contoso.azurecr.io/tools/docker-credential-acr:0.1.0
FROM ${HELPER} AS helper
FROM gcr.io/kaniko-project/executor:v1.24.0
COPY --from=helper /opt/docker-credential-acr /opt/docker-credential-acr
# First on PATH: recent kaniko images have a program of the same name.
ENV PATH=/opt/docker-credential-acr/bin:/usr/local/bin:/kaniko
