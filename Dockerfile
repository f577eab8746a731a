# One image a service: `docker build --build-arg SERVICE=gateway .`
# SERVICE is etl, index, eda, refresh, query, reco or gateway; see docs/operacion/containers.md.

# Any Debian-like base whose python3 is 3.11 and has venv; a bare Debian 12 will do.
ARG BASE=python:3.11-slim
ARG SERVICE=gateway


# The service's dependencies. The product itself is not installed: its packages list names all
# folders, and an image holds only some. They are plain Python, found through PYTHONPATH.
FROM ${BASE} AS venv
ARG SERVICE
# More arguments for pip, such as "--find-links DIR" or "--index-url URL" of a CPU build of torch.
ARG PIP_EXTRA_ARGS=""
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /venv
WORKDIR /src
COPY constraints.txt ./
# torch first, in a layer of its own: by far the largest, it changes only with its pin
RUN if [ "$SERVICE" = index ] || [ "$SERVICE" = refresh ]; then \
    pip install $PIP_EXTRA_ARGS -c constraints.txt torch; fi
COPY pyproject.toml deploy/requirements.py ./
RUN python requirements.py "$SERVICE" > requirements.txt && \
    pip install $PIP_EXTRA_ARGS -c constraints.txt -r requirements.txt && \
    pip check && \
    pip uninstall --yes pip && \
    printf '#!/bin/sh\nexec python -m cli.main "$@"\n' > /venv/bin/cartelera && \
    chmod 755 /venv/bin/cartelera


# What all images share. A named volume takes over the owner of /app/var when it is first used.
FROM ${BASE} AS runtime
RUN groupadd --gid 10001 cartelera && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp cartelera && \
    install -d -o 10001 -g 10001 /app/var
COPY --from=venv /venv /venv
COPY cli /app/cli
COPY contracts /app/contracts
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["cartelera"]


FROM runtime AS etl
COPY etl /app/etl
COPY data/sample /app/data/sample
CMD ["etl"]

FROM runtime AS index
COPY index /app/index
CMD ["index"]

# without a browser, so without PNG files; the report itself draws its figures where it is read
FROM runtime AS eda
COPY eda /app/eda
CMD ["eda", "--without-png"]

FROM runtime AS refresh
COPY etl /app/etl
COPY index /app/index
COPY refresh /app/refresh
CMD ["refresh"]

FROM runtime AS query
COPY index /app/index
COPY query_service /app/query_service
EXPOSE 8001
CMD ["serve", "query", "--host", "0.0.0.0"]

FROM runtime AS reco
COPY index /app/index
COPY reco_service /app/reco_service
EXPOSE 8002
CMD ["serve", "reco", "--host", "0.0.0.0"]

FROM runtime AS gateway
COPY gateway /app/gateway
EXPOSE 8000
CMD ["serve", "gateway", "--host", "0.0.0.0"]


FROM ${SERVICE}
