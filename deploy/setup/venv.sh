#!/usr/bin/env bash
# Fills .venv from a hash lock:  venv.sh run | voice | dev
# "run" adds what the server needs and "voice" what speaks in AI calls, and both leave the rest; "dev" makes .venv exactly the lock.
set -euo pipefail
cd "$(dirname "$0")/../.."

find_python() {
	local candidate
	for candidate in ${PYTHON:-} python3.13 python3.12 python3 python; do
		if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
			echo "$candidate"
			return
		fi
	done
	echo "Python 3.12 or later is needed; name it with PYTHON=/path/to/python." >&2
	return 1
}

if [ ! -x .venv/bin/python ]; then
	"$(find_python)" -m venv .venv
fi
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv

# The MariaDB client has to be compiled; everything else is worth having without it.
without_mariadb() {
	if PATH=$PATH:/usr/local/sbin command -v mariadb_config >/dev/null; then
		echo "$1"
		return
	fi
	echo "libmariadb-dev is missing: the MariaDB client is left out." >&2
	awk '/^[a-z0-9]/ { skip = /^mysqlclient==/ } !skip' "$1" >.venv/without-mysqlclient.txt
	echo .venv/without-mysqlclient.txt
}

case "$1" in
run)
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt
	;;
voice)
	lock=$(without_mariadb requirements-voice.txt)
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
	;;
dev)
	lock=$(without_mariadb requirements-dev.txt)
	.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes "$lock"
	;;
*)
	echo "usage: venv.sh run|voice|dev" >&2
	exit 2
	;;
esac
