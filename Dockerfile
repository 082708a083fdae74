# The app and the worker: docker compose up --build (compose.yaml), or by itself
#   docker build -t mova-workflow . && docker run -p 127.0.0.1:8500:8500 -v mova:/data mova-workflow
FROM python:3.11-slim AS packages
COPY requirements.lock requirements-storage.lock ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements-storage.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OUTPUT_DIR=/data/outputs
# A new volume takes the owner of the folder that it is laid over.
RUN useradd --uid 1000 --create-home mova && install -d -m 0700 -o mova -g mova /data /data/outputs
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
USER mova
VOLUME /data
EXPOSE 8500
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8500/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py", "--server.port", "8500"]
