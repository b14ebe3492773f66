# One image for web, sockets, worker, beat and migrations; the command tells which.
# The voice of AI calls needs more: built with LOCK=requirements-voice.txt it is an image of its own.
# Where you have a registry at hand, pin the digests of these tags too.

FROM node:20.19.0-bookworm-slim AS front
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress
COPY vite.config.ts tsconfig.json ./
COPY templates templates
COPY static/src static/src
RUN npm run build

FROM python:3.13.5-slim-bookworm AS wheels
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libmariadb-dev pkg-config
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
ARG LOCK=requirements-production.txt
COPY $LOCK ./
RUN python -m venv /venv \
    && uv pip install --python /venv/bin/python --require-hashes -r $LOCK

FROM python:3.13.5-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libmariadb3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 dialer \
    && install -d -o dialer -g dialer /data /data/var /data/media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=dialer.settings \
    VAR_DIR=/data/var \
    MEDIA_ROOT=/data/media \
    STATIC_ROOT=/app/collected
COPY --from=wheels /venv /venv
WORKDIR /app
COPY . .
COPY --from=front /src/static/dist static/dist
# Nothing of these two outlives the command; the real ones come with the environment.
RUN SECRET_KEY=build FIELD_KEYS=build VAR_DIR=/tmp/build \
    python manage.py collectstatic --noinput --verbosity 0
USER dialer
VOLUME /data
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "deploy/setup/healthcheck.py"]
CMD ["gunicorn", "dialer.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
