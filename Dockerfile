# The webhook's image: the bundle on a base that has Node and no shell. Both bases are arguments and meant to be given by
# digest, so that the same source is the same image:
#   buildah bud --build-arg BUILDER=docker.io/library/node@sha256:… --build-arg BASE=gcr.io/distroless/nodejs24-debian12@sha256:… .
# Nothing in it is native but the base's Node: what is built here runs on every platform that the base is there for.
ARG BUILDER
ARG BASE

FROM ${BUILDER} AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && node node_modules/esbuild/install.js
COPY . .
RUN npm run compile && npm run bundle

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Sealgate" \
      org.opencontainers.image.description="Admits a pod only if its images carry the signatures that the cluster's policies ask for" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build --chmod=0444 /source/dist/bin/*.mjs /app/
COPY --from=build --chmod=0444 /source/LICENSE /source/dist/bin/*.LEGAL.txt /licenses/
USER 65532:65532
WORKDIR /app
EXPOSE 8443 8081
ENTRYPOINT ["/nodejs/bin/node", "/app/sealgate.mjs"]
CMD ["serve"]
