# Endcap's image; compose.yaml builds it. docs/scaling.md says how, and what of it was tried.
FROM python:3.11-slim-bookworm AS build

# Given by whoever builds, as README.md explains under "What the install fetches": the package index
# that has PyTorch's CPU wheels. Without it pip takes the wheel with several GB of CUDA.
ARG PIP_EXTRA_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

WORKDIR /src
RUN python -m venv /opt/endcap
# The libraries first, without a line of code, so that a change of the code fetches none anew.
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN /opt/endcap/bin/pip install -c constraints.txt .
COPY app app
COPY contracts contracts
COPY indexing indexing
COPY migrations migrations
COPY ranking ranking
COPY rules rules
RUN /opt/endcap/bin/pip install --no-deps --force-reinstall -c constraints.txt . \
    && /opt/endcap/bin/pip check
# Headers and test programs, 365 MB that nothing here reads.
RUN cd /opt/endcap/lib/python3.11/site-packages \
    && rm -rf tensorflow/include torch/include torch/test


FROM python:3.11-slim-bookworm

# With a name and a home: PostgreSQL refuses a user that the system does not know.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin endcap \
    && install -d -o endcap -g endcap /data
COPY --from=build /opt/endcap /opt/endcap
ENV PATH=/opt/endcap/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ENDCAP_DATA_DIR=/data \
    ENDCAP_HOST=0.0.0.0 \
    ENDCAP_PORT=8000

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# A first start indexes what waits before it answers, hence the long beginning.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15m --retries=3 \
    CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$ENDCAP_PORT/health/live', timeout=4)"
ENTRYPOINT ["endcap"]
CMD ["serve"]
