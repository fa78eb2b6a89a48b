# 绩衡. `make help` lists the targets. Needs Python 3.11 or newer; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONUTF8 := 1
export NO_MKDOCS_2_WARNING := 1
# Images of Python set it; each of the many processes that tests start would then compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check audit fix docs screenshots lock bench demo clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: ## make .venv from the lock files; does nothing when it is up to date
	@$(PYTHON) tools/setup.py

run: setup ## serve the platform with the demonstration district; PORT=8000
	@$(BIN)/jiheng serve --demo --port $(or $(PORT),8000)

test: setup ## run the tests on two processes; the platform's on PostgreSQL and MariaDB too, where these answer
	$(BIN)/pytest -n 2 --dist worksteal tests
	@$(BIN)/python tools/databases.py

check: setup ## style, format, types, import rules, weaknesses, generated pages: changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src tools
	$(BIN)/python tools/docs.py --check

fix: setup ## correct style and format, write the generated pages anew
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/python tools/docs.py

docs: setup ## write the generated pages and build the handbook into site/
	$(BIN)/python tools/docs.py
	$(BIN)/mkdocs build --strict --quiet

screenshots: setup ## photograph the pages of a new demonstration district for the handbook; needs Chromium
	$(BIN)/python tools/screenshots.py

audit: setup ## ask the public database of vulnerabilities about every locked package; needs the internet
	$(BIN)/uv tool run pip-audit --strict --disable-pip --require-hashes --requirement requirements/dev.txt

demo: setup ## write the sample documents of demo/ anew from demo/source
	$(BIN)/python tools/make_demo.py

lock: setup ## compile requirements/*.in anew to exact versions with hashes
	$(BIN)/python tools/lock.py

bench: setup ## measure against other libraries; installs them first
	@$(PYTHON) tools/setup.py bench
	$(BIN)/python -m bench

clean: ## remove what was built and cached; .venv stays
	rm -rf build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
