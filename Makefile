# The door to the house:  make run | test | check | bench NAME=claim
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
HOST ?= 127.0.0.1
PORT ?= 8000
export PATH := $(CURDIR)/.venv/bin:$(PATH)
COMPILE := uv pip compile --quiet --generate-hashes --python-version 3.13 pyproject.toml
BUILT := static/dist/.vite/manifest.json
CHECKED := DJANGO_SETTINGS_MODULE=tests.settings
ASSETS := $(shell find static/src templates -type f 2>/dev/null) \
	$(wildcard vite.config.* tsconfig.json package.json)

help: ## What can be asked for
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .env .venv/.run $(BUILT) ## Start everything at http://127.0.0.1:8000, with demo data
	python manage.py migrate --verbosity 0
	python manage.py seed_demo
	python manage.py serve --host $(HOST) --port $(PORT)

test: .venv/.dev $(BUILT) ## Run every suite and say what did not run
	python -m tests.run $(SUITES)

check: lint types imports migrations schema-current front-current ## Everything that can be told without running it

lint: .venv/.dev
	ruff check .
	ruff format --check .

types: .venv/.dev
	mypy .

imports: .venv/.dev
	lint-imports

migrations: .venv/.dev
	$(CHECKED) python manage.py makemigrations --check --dry-run

schema-current: .venv/.dev
	mkdir -p var
	$(CHECKED) python manage.py spectacular --validate --fail-on-warn --file var/openapi.yaml
	diff -u docs/openapi.yaml var/openapi.yaml || { echo "Run: make schema"; exit 1; }

front-current: node_modules/.package-lock.json
	npm run check

bench: .venv/.dev ## Run one benchmark beside its own MariaDB: make bench NAME=claim
	@test -f bench/$(NAME).py || { echo "NAME is one of:" $(filter-out __init__,$(basename $(notdir $(wildcard bench/*.py)))); exit 2; }
	python -m tests.services mariadb redis --durable -- python -m bench.$(NAME)

setup: .venv/.dev $(BUILT) ## Install and build everything without running it

schema: .venv/.dev ## Write docs/openapi.yaml again
	$(CHECKED) python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

clean: ## Remove what was installed and built, but no data
	rm -rf .venv node_modules static/dist .mypy_cache .ruff_cache .pytest_cache

lock: ## Write the four hash locks again from pyproject.toml
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra mysql --extra s3 -o requirements-production.txt
	$(COMPILE) --extra mysql --extra s3 --extra agent -o requirements-voice.txt
	$(COMPILE) --extra mysql --extra s3 --extra agent --group dev -o requirements-dev.txt

# What the container image and the systemd units run, one process each.
web: ## Serve HTTP, behind a proxy
	gunicorn dialer.wsgi:application --bind 0.0.0.0:8000 --workers 2 --threads 4

sockets: ## Serve WebSockets, behind a proxy
	daphne --bind 0.0.0.0 --port 8001 --ping-interval 20 --websocket-max-message-size 65536 --websocket-max-frame-size 65536 dialer.asgi:application

worker: ## Do the work that rows are waiting for
	celery --app dialer worker --loglevel info

beat: ## Give the hints that are due
	celery --app dialer beat --pidfile= --loglevel info

voice: .venv/.voice ## Speak in AI calls by LiveKit and Gemini
	python manage.py run_voice_worker

migrate: ## Bring the database to this version
	python manage.py migrate --noinput

packages:
	@bash deploy/setup/packages.sh

.env:
	python3 deploy/setup/environment.py .env.example $@

.venv/.run: requirements.txt deploy/setup/venv.sh
	bash deploy/setup/venv.sh run
	touch $@

.venv/.voice: requirements-voice.txt deploy/setup/venv.sh | .venv/.run
	bash deploy/setup/venv.sh voice
	touch $@

.venv/.dev: requirements-dev.txt deploy/setup/venv.sh | packages
	bash deploy/setup/venv.sh dev
	touch $@ .venv/.run

node_modules/.package-lock.json: package-lock.json
	npm ci --no-progress
	touch $@

$(BUILT): node_modules/.package-lock.json $(ASSETS)
	npm run build
	touch $@

.PHONY: help run test check lint types imports migrations schema-current front-current bench setup schema lock clean web sockets worker beat voice migrate packages
