#!/usr/bin/env bash
# Programs from Debian that some tests run: redis-server (rates counted together), promtool (the
# alert rules), chromium with a font (the pages, the report's figures) and ffmpeg (the video). Or, as
# `debian.sh demo`, those that the demonstration needs. Installed if they are missing and this may
# install; nothing is left running. Where it may not, a sentence says so, and the tests that need
# them skip.
set -uo pipefail

wanted=(ffmpeg=ffmpeg "chromium=chromium fonts-dejavu-core")
told="The demonstration cannot be recorded"
if [ "${1:-tests}" != demo ]; then
    wanted+=(redis-server=redis-server promtool=prometheus)
    told="Some tests will skip"
fi

missing=()
for one in "${wanted[@]}"; do
    read -ra packages <<<"${one#*=}"
    command -v "${one%%=*}" >/dev/null || missing+=("${packages[@]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$told: missing ${missing[*]} (Debian: sudo apt-get install ${missing[*]})." >&2
    exit 0
fi

policy=/usr/sbin/policy-rc.d # what packages ask before they start what they bring
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
install "${missing[@]}" || { apt-get update -qq >/dev/null 2>&1 && install "${missing[@]}"; } ||
    echo "$told: ${missing[*]} could not be installed." >&2
exit 0
