#!/bin/sh
# Runs one half of the SIP edge in the foreground:  edge.sh rtpengine | kamailio
# Everything is told by the environment; README.md explains each name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/usr/local/sbin

export EDGE_RUN="${EDGE_RUN:-/run/dialer-edge}"
export EDGE_APP="${EDGE_APP:-http://127.0.0.1:8000}"
export SIP_REALM="${SIP_REALM:-sip.dialer.test}"
export EDGE_SIP_IP="${EDGE_SIP_IP:-127.0.0.1}"
export EDGE_SIP_PORT="${EDGE_SIP_PORT:-5060}"
export EDGE_ADVERTISE="${EDGE_ADVERTISE:-$EDGE_SIP_IP}"
export EDGE_WS_IP="${EDGE_WS_IP:-127.0.0.1}"
export EDGE_WS_PORT="${EDGE_WS_PORT:-8088}"
export EDGE_ORIGIN="${EDGE_ORIGIN:-}"
: "${EDGE_NG:=127.0.0.1:22222}" "${EDGE_MEDIA_INTERFACE:=127.0.0.1}" "${EDGE_MEDIA_PORTS:=30000-30999}"
mkdir -p "$EDGE_RUN"

# group NUMBER ADDRESS[/MASK]...  - lines of Kamailio's address file
group() {
	number=$1
	shift
	for address in "$@"; do
		case $address in
		*/*) echo "$number ${address%/*} ${address#*/} 0" ;;
		*) echo "$number $address 32 0" ;;
		esac
	done
}

case "${1:-}" in
rtpengine)
	# Without --config-file=none it would read /etc/rtpengine and listen on every interface.
	exec rtpengine --config-file=none --foreground --log-stderr --log-level="${EDGE_LOG_LEVEL:-5}" \
		--table=-1 --interface="$EDGE_MEDIA_INTERFACE" --listen-ng="$EDGE_NG" \
		--port-min="${EDGE_MEDIA_PORTS%-*}" --port-max="${EDGE_MEDIA_PORTS#*-}" \
		--timeout=60 --silent-timeout=3600 --delete-delay=0
	;;
kamailio)
	: "${EDGE_TRUNK:?is the carrier, host:port}" "${SIP_EDGE_TOKEN:?is the token of the application}"
	export EDGE_TRUNK SIP_EDGE_TOKEN
	export EDGE_RTPENGINE="udp:$EDGE_NG" EDGE_CONTROL="unix:$EDGE_RUN/control"
	export EDGE_ADDRESSES="$EDGE_RUN/addresses"
	# shellcheck disable=SC2086  # lists of words on purpose
	{
		group 1 ${EDGE_TRUNK_SOURCES:-${EDGE_TRUNK%:*}}
		group 2 ${EDGE_PROXY:-127.0.0.1}
	} >"$EDGE_ADDRESSES"
	if [ -n "${EDGE_TLS_CERTIFICATE:-}" ]; then
		export EDGE_TLS_CONFIG="$EDGE_RUN/tls.cfg" EDGE_WSS_PORT="${EDGE_WSS_PORT:-8443}"
		cat >"$EDGE_TLS_CONFIG" <<-TLS
			[server:default]
			method = TLSv1.2+
			verify_certificate = no
			require_certificate = no
			certificate = $EDGE_TLS_CERTIFICATE
			private_key = $EDGE_TLS_KEY
		TLS
	fi
	exec kamailio -DD -E -m "${EDGE_SHARED_MB:-128}" -M 8 -Y "$EDGE_RUN" -w "$EDGE_RUN" -f "$here/kamailio.cfg"
	;;
*)
	echo "usage: edge.sh rtpengine|kamailio" >&2
	exit 2
	;;
esac
