# One wish, one command. `make` alone lists them. Nothing needs to be installed by hand but Python and make.

# The package's Python (3.11 or newer) and the brief's (3.8): the first of these that really starts. A shim on the
# PATH may exist and fail, so each is tried.
comma := ,
starts = $(firstword $(foreach python,$(2),$(shell "$(python)" -c 'import sys, ensurepip; $(1) and print("$(python)")' 2>/dev/null)))
PYENVS := $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions
PYTHON := $(or $(PYTHON),$(call starts,sys.version_info >= (3$(comma) 11), \
	python3 python3.13 python3.12 python3.11 $(wildcard $(PYENVS)/3.1[1-9]*/bin/python)))
PYTHON38 := $(or $(PYTHON38),$(call starts,sys.version_info[:2] == (3$(comma) 8), \
	python3.8 $(wildcard $(PYENVS)/3.8*/bin/python /opt/*/bin/python3.8)))

VENV := .venv
VENV38 := .venv-3.8
VENV_BENCH := .venv-bench
VENV_DOCS := .venv-docs
# Many processes are started, and none shall compile again what another has imported.
unexport PYTHONDONTWRITEBYTECODE
RUN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := -m pip install -qq --disable-pip-version-check
# Install into the environment of a Python (1) some words (2): with uv, which takes a third of pip's time, or where
# that fails, since it does not read pip's settings, with pip.
install = "$(1)" $(PIP) uv && "$(1)" -m uv pip install -q --python "$(1)" $(2) || "$(1)" $(PIP) $(2)

.PHONY: help demo data digits loops test test-fast test-full format lint bench measure pictures docs wheel test-wheel test-lowest changelog release-check clean
help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(VENV)/demo  ## run the seven functions on full-size data and draw demo/index.html
	@echo "To go on by hand afterwards: source $(RUN)/activate"
	@$(RUN)/convpool demo

data: $(VENV)/demo  ## make the two data sets where the brief's mains look for them
	@$(RUN)/convpool data

digits: $(VENV)/demo  ## train LeNet-5 on real digits with the gradients, and draw digits.png (a minute)
	@test -e supervised_learning/data/MNIST.npz || $(RUN)/convpool data
	@$(RUN)/python examples/digits.py

# The build of the package compiles the loops, and an environment has their library from the checkout; so
# a change of what they are made of makes it stale. Object files in build/loops are kept.
COMPILED := src/convpool/engines/compiled
LOOPS := hatch_build.py $(wildcard $(COMPILED)/*form*.py) $(COMPILED)/record.py $(COMPILED)/instruction_sets.py $(wildcard $(COMPILED)/loops/*.py)

loops: $(VENV)/loops  ## compile the loops whose sources have changed, for all instruction sets that this machine has

# What the tests of a file share is built once, in one worker; tests/conftest.py puts long files first.
PYTEST := $(RUN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
FAST := not (full or browser or children or cluster)
SEED ?= $(shell date +%Y%m%d)
EXAMPLES ?= 1000

# Run a command (1) while the course tests run on the brief's Python with some words (2), whose output is printed
# afterwards. Where no Python 3.8 starts, say so; the course tests have then run on the current Python only.
ifneq ($(PYTHON38),)
beside_course = @$(VENV38)/bin/python -m pytest tests/course $(2) > $(VENV38)/tests.log 2>&1 & course=$$!; \
	trap 'kill $$course 2> /dev/null' INT TERM; \
	$(1); package=$$?; \
	wait $$course; course=$$?; \
	echo "The course tests on the brief's Python:"; cat $(VENV38)/tests.log; \
	exit $$((package || course))
else
beside_course = @$(1); package=$$?; \
	echo "SKIPPED: the course tests on Python 3.8 with NumPy 1.19.2 (no Python 3.8 starts here; PYTHON38=... names one)"; \
	exit $$package
endif
ENVIRONMENTS := $(VENV)/loops $(VENV)/browser $(if $(PYTHON38),$(VENV38)/test)

# Environments are made side by side.
.PHONY: environments
environments:
	@+$(MAKE) --no-print-directory -j2 $(ENVIRONMENTS)

test: environments  ## run the tests, on this Python and on the brief's Python 3.8
	$(call beside_course,$(PYTEST),)

test-fast: $(VENV)/loops  ## run those tests that take a minute: no browser, no other processes
	$(PYTEST) -m "$(FAST)"

test-full: environments  ## run every figure that the project claims, however long, with samples of the day
	$(call beside_course,$(PYTEST) -m "full or not full" --examples $(EXAMPLES) --seed $(SEED) \
		--cov --cov-report=term:skip-covered,-m "full or not full" --examples $(EXAMPLES) --seed $(SEED))
	$(RUN)/python benchmarks/course.py
ifneq ($(PYTHON38),)
	$(VENV38)/bin/python benchmarks/course.py
endif

# Prettier, for Markdown, JavaScript and CSS. npm is asked once, for one version.
PRETTIER := npm_config_fetch_retries=0 npm_config_fetch_timeout=20000 npx --yes prettier@3.6.2
prettier = @if ! command -v npx > /dev/null; then echo "SKIPPED: Markdown, JavaScript and CSS (there is no Node here)"; \
	elif ! $(PRETTIER) --version > /dev/null 2>&1; then echo "SKIPPED: Markdown, JavaScript and CSS (npm cannot bring Prettier)"; \
	else $(PRETTIER) --log-level warn $(1) .; fi

format: $(VENV)/test  ## set Python, Markdown, JavaScript and CSS as `make lint` wants them
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .
	$(call prettier,--write)

lint: $(VENV)/test $(if $(PYTHON38),$(VENV38)/test)  ## ruff, type checker, Prettier, pycodestyle 2.6 for the course folder
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(call prettier,--check)
	$(RUN)/python docs/course_pictures.py --check
	$(RUN)/python docs/explanation_pictures.py --check
	$(RUN)/python docs/explorer_photos.py --check
	@if command -v actionlint > /dev/null; then actionlint; else echo "SKIPPED: workflows (there is no actionlint here)"; fi
ifneq ($(PYTHON38),)
	$(VENV38)/bin/pycodestyle math
else
	@echo "SKIPPED: pycodestyle 2.6.0 on the course folder (no Python 3.8 starts here; PYTHON38=... names one)"
endif

bench: $(VENV_BENCH)/bench  ## time the seven files, and the library against every other one (hours)
	$(VENV_BENCH)/bin/python benchmarks/course.py
	$(VENV_BENCH)/bin/python benchmarks/library.py
	$(VENV_BENCH)/bin/python benchmarks/networks.py
	$(VENV_BENCH)/bin/python benchmarks/gradients.py
	$(VENV_BENCH)/bin/python benchmarks/pictures.py
	$(VENV_BENCH)/bin/python benchmarks/photographs.py
	$(VENV_BENCH)/bin/python benchmarks/dask_cluster.py

# What is printed becomes a part of the page when all contenders were right.
TABLE := pictures
ARGS :=
measure: $(VENV_BENCH)/bench  ## measure a table of the site's page on speed: make measure TABLE=pictures ARGS="--threads 1"
	@mkdir -p docs/measured
	$(VENV_BENCH)/bin/python benchmarks/$(TABLE).py $(ARGS) > docs/measured/$(TABLE).new
	@mv docs/measured/$(TABLE).new docs/measured/$(TABLE).txt

pictures: $(VENV)/loops  ## draw the pictures of the documentation again
	$(RUN)/python docs/course_pictures.py
	$(RUN)/python docs/explanation_pictures.py
	$(RUN)/python docs/explorer_photos.py

# Nothing is fetched while it is built. Warnings are errors, and every link inside the site is followed.
docs: $(VENV_DOCS)/docs  ## build the site into docs/_build/html
	$(VENV_DOCS)/$(notdir $(RUN))/python docs/explorer_page.py
	@rm -rf docs/_build
	$(VENV_DOCS)/$(notdir $(RUN))/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	$(VENV_DOCS)/$(notdir $(RUN))/python docs/check_links.py docs/_build/html

# The wheel that is in dist/, if there is one: continuous integration puts it there.
WHEEL = $(firstword $(wildcard dist/convpool-*.whl))
TRY_WHEEL = $(RUN)/python tests/installed/environments.py "$(WHEEL)" --python "$(PYTHON)"

wheel: | $(RUN)/python  ## build the wheel of this platform into dist/
	@rm -f dist/*.whl
	$(RUN)/python -m pip wheel -qq --no-deps --wheel-dir dist .

test-wheel: | $(RUN)/python  ## use all of the wheel in dist/ in empty environments, one for each extra
	$(if $(WHEEL),,$(error there is no wheel in dist/: run make wheel))
	@$(TRY_WHEEL)

test-lowest: | $(RUN)/python  ## the same with the lowest versions that the metadata names
	$(if $(WHEEL),,$(error there is no wheel in dist/: run make wheel))
	@$(RUN)/python $(PIP) uv
	@$(TRY_WHEEL) --lowest

changelog: $(VENV)/release  ## move the fragments of changes/ into CHANGELOG.md, under the package's version
	$(RUN)/towncrier build --yes --version "$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' src/convpool/version.py)"
	$(RUN)/python .ci/release_check.py --citation
	$(call prettier,--write)

release-check: $(VENV)/release  ## build what would be released into dist/, and say what keeps it from being so
	@$(RUN)/python .ci/release_check.py

clean:  ## remove what these commands made, but not the data
	rm -rf $(VENV) $(VENV38) $(VENV_BENCH) $(VENV_DOCS) build docs/_build docs/_made docs/howto docs/reference/made $(COMPILED)/libraries demo digits.png .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache

# Environments. A stamp file says that one is complete; it is made anew when pyproject.toml changes.
$(RUN)/python:
	$(if $(PYTHON),,$(error no Python 3.11 or newer starts here: install one, or name it: make PYTHON=...))
	@$(PYTHON) -m venv $(VENV)

$(VENV)/demo: pyproject.toml $(LOOPS) | $(RUN)/python
	@echo "Installing into $(VENV), and compiling what is not compiled yet ..."
	@$(call install,$(RUN)/python,-e ".[demo]")
	@touch $@

$(VENV)/test: pyproject.toml | $(RUN)/python
	@echo "Installing into $(VENV), and compiling what is not compiled yet ..."
	@$(call install,$(RUN)/python,-e ".[test$(comma)lint]")
	@touch $@ $(VENV)/demo

$(VENV)/release: pyproject.toml | $(VENV)/test
	@$(RUN)/python $(PIP) -e ".[release]"
	@touch $@

# Numba is in this environment, so that nothing needs to be installed for it.
$(VENV)/loops: $(VENV)/test $(LOOPS)
	@command -v cc > /dev/null || $(RUN)/python $(PIP) ziglang  # which links
	@$(RUN)/python -m convpool.engines.compiled.loops.build build/loops here
	@touch $@ $(VENV)/demo

# Chromium, which the tests of the explorer page drive; where it cannot be installed, they are skipped and say so.
$(VENV)/browser: $(VENV)/test
	@command -v chromium > /dev/null || command -v google-chrome > /dev/null || \
		{ [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get -qq update && apt-get -qq -y install chromium > /dev/null; } || \
		echo "SKIPPED: the tests of the explorer page in a browser (no Chromium here, and apt-get as root cannot bring it)"
	@touch $@

# PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu brings a PyTorch without what only graphics cards need.
$(VENV_BENCH)/bench: pyproject.toml $(LOOPS)
	$(if $(PYTHON),,$(error no Python 3.11 or newer starts here: install one, or name it: make PYTHON=...))
	@echo "Installing the other libraries into $(VENV_BENCH) ..."
	@test -x $(VENV_BENCH)/bin/python || $(PYTHON) -m venv $(VENV_BENCH)
	@$(VENV_BENCH)/bin/python $(PIP) -e ".[bench]"
	@touch $@

$(VENV_DOCS)/docs: pyproject.toml $(LOOPS)
	$(if $(PYTHON),,$(error no Python 3.11 or newer starts here: install one, or name it: make PYTHON=...))
	@echo "Installing Sphinx into $(VENV_DOCS) ..."
	@test -x $(VENV_DOCS)/$(notdir $(RUN))/python || $(PYTHON) -m venv $(VENV_DOCS)
	@$(VENV_DOCS)/$(notdir $(RUN))/python $(PIP) -e ".[docs]"
	@touch $@

$(VENV38)/test: tests/course/requirements.txt
	@echo "Installing into $(VENV38) ..."
	@"$(PYTHON38)" -m venv $(VENV38)
	@$(call install,$(VENV38)/bin/python,-r tests/course/requirements.txt)
	@touch $@
