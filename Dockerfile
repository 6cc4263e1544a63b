# The page for others: without root, on a file system that is only read but for /data. HOSTING.md says how to start it.
#
#   docker build -t latent-explorer .
#   docker run --read-only --tmpfs /tmp --volume lx:/data --publish 127.0.0.1:7860:7860 latent-explorer
#
# What it copies and runs is tried by tests/test_hosting.py (the same commands, in a folder that may only be read, as a user without rights).
# It was built by buildah and run by podman, without Docker: HOSTING.md says how far.
FROM python:3.11-slim

# the CPU build of torch; empty: PyPI's, with CUDA, for --device cuda
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.txt ./
RUN pip install ${TORCH_INDEX:+--extra-index-url $TORCH_INDEX} -r requirements.txt

COPY app.py LICENSE ./
COPY training ./training
COPY explorer ./explorer
COPY trained ./trained
# Gradio writes type stubs beside what is derived from its components, once: now, while it may; and modules are compiled
RUN python -c "from explorer import page" && python -m compileall -q app.py training explorer \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin explorer \
 && mkdir -p /data/trained && chown -R explorer:explorer /data

USER explorer
# data sets that a training fetches, and what libraries keep, go to the volume; Gradio's own files and numba's to /tmp
ENV HOME=/data LATENT_EXPLORER_DATA=/data/sets GRADIO_TEMP_DIR=/tmp/gradio NUMBA_CACHE_DIR=/tmp/numba
VOLUME /data
EXPOSE 7860

HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/gradio_api/explorer/health', timeout=8)"]

ENTRYPOINT ["python", "app.py", "--host", "0.0.0.0", "--port", "7860", "--trained", "/data/trained", "--trained", "/app/trained"]
