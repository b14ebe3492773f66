#!/usr/bin/env bash
# Says which system packages the tests need and, as root on Debian, installs what is missing.
# Never fails for a missing package: the test run names every suite that could not run for it.
set -euo pipefail

declare -A package_of=(
	[mariadbd]=mariadb-server [mariadb_config]=libmariadb-dev [pkg-config]=pkg-config [cc]=gcc
	[redis-server]=redis-server [chromium]=chromium [ffmpeg]=ffmpeg [sipp]=sip-tester
	[openssl]=openssl [kamailio]=kamailio [rtpengine]=rtpengine-daemon
)
# Modules have no command of their own; their files tell that they are there.
modules=/usr/lib/x86_64-linux-gnu/kamailio/modules
declare -A package_of_module=(
	[websocket.so]=kamailio-websocket-modules [tls.so]=kamailio-tls-modules
	[http_client.so]=kamailio-utils-modules
)

PATH=$PATH:/usr/sbin:/usr/local/sbin
missing=()
for command in "${!package_of[@]}"; do
	command -v "$command" >/dev/null || missing+=("${package_of[$command]}")
done
for module in "${!package_of_module[@]}"; do
	compgen -G "${modules/x86_64-linux-gnu/*}/$module" >/dev/null || missing+=("${package_of_module[$module]}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "Some tests cannot run here. As root on Debian 12, install: ${missing[*]}" >&2
	exit 0
fi

# No service may start by itself because a package's script asks for it.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
	trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q </dev/null
apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
