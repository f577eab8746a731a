#!/usr/bin/env bash
# Build the five images and try them, on a machine that has no container engine.
#
#   deploy/build_without_engine.sh [SERVICE...]     all five when none is named
#
# The base is a bare Debian 12 made by debootstrap; buildah builds and starts the images in a
# chroot. Needs root and Debian's packages buildah and debootstrap. From outside:
#   WORK    folder for all that is made; removed at the end unless KEEP=1 (about 8 GB)
#   PORT    the gateway's, and the services take the next two
#   MIRROR  where debootstrap fetches Debian from; its own choice when empty
#   KEEP    1 keeps the images in WORK
# What `pip config list` says on this machine holds in the build too, and the files and folders
# it names are mounted there, read-only.
#
# What a chroot cannot show: the read-only file system, memory limits, networks and health checks
# of docker-compose.yml. In place of the first, the script fails if a container wrote to its image.
set -euo pipefail
cd "$(dirname "$0")/.."

WORK=${WORK:-/tmp/cartelera-images}
PORT=${PORT:-18000}
MIRROR=${MIRROR:-}
KEEP=${KEEP:-0}
SERVICES=("$@")
[ $# -gt 0 ] || SERVICES=(etl index query reco gateway)
USER_ID=10001
QUERY_PORT=$((PORT + 1)) RECO_PORT=$((PORT + 2))

say() { echo "== $*"; }
fail() { echo "$0: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "run it as root: a chroot needs it."
for tool in buildah debootstrap curl; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install buildah debootstrap curl"
done

b() { buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver vfs "$@"; }

running=()
stop() {
    for process in "${running[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
    for process in "${running[@]}"; do wait "$process" 2>/dev/null || true; done
    running=()
}
clean() {
    stop
    [ "$KEEP" = 1 ] && return
    b rm --all >/dev/null 2>&1 || true
    rm -rf --one-file-system "$WORK"
}
trap clean EXIT

# --- pip as this machine has it: its settings in a file, the local places it names as mounts
pip_settings() {
    echo "[global]"
    python3 -m pip config list | sed -nE "s/^[^=]*\.([a-z-]+)='(.*)'$/\1 = \2/p"
}
pip_places() {
    local word
    for word in $(pip_settings | sed -n 's/^[a-z-]* = //p'); do
        case $word in
            file:///*/*) dirname "${word#file://}" ;;  # an index links to its files beside it
            file:///* | /*) echo "${word#file://}" ;;
        esac
    done | sort -u | while read -r place; do if [ -e "$place" ]; then echo "$place"; fi; done
}

mkdir -p "$WORK"
pip_settings > "$WORK/pip.conf"
mounts=(--volume "$WORK/pip.conf:/etc/pip.conf:ro")
for place in $(pip_places); do mounts+=(--volume "$place:$place:ro"); done

# --- the base
if ! b inspect --type image cartelera-base >/dev/null 2>&1; then
    say "base: Debian 12 with Python"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
        bookworm "$WORK/base" $MIRROR > "$WORK/debootstrap.log" || fail "see $WORK/debootstrap.log"
    rm -rf "$WORK"/base/var/cache/apt/* "$WORK"/base/var/lib/apt/lists/*
    base=$(b from scratch)
    b copy --quiet "$base" "$WORK/base" / >/dev/null
    b commit --quiet --rm "$base" cartelera-base >/dev/null
    rm -rf --one-file-system "$WORK/base"
fi

# --- the images
for service in "${SERVICES[@]}"; do
    say "image: $service"
    b bud --isolation=chroot --build-arg BASE=localhost/cartelera-base \
        --build-arg SERVICE="$service" "${mounts[@]}" --tag "cartelera-$service" . \
        > "$WORK/build-$service.log" 2>&1 || { tail -20 "$WORK/build-$service.log"; fail "$service"; }
done

# --- trying them, as docker-compose.yml starts them
setting() { b inspect --type image --format "{{range .OCIv1.Config.$2}}{{.}} {{end}}" "cartelera-$1"; }
# start SERVICE "BUILDAH OPTIONS" [COMMAND...]: the image's entrypoint with COMMAND
start() {
    local service=$1 options=$2
    shift 2
    exec buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver vfs \
        run --isolation=chroot $options "cartelera-$service-try" -- $(setting "$service" Entrypoint) "$@"
}
built() { [[ " ${SERVICES[*]} " == *" $1 "* ]]; }

for service in "${SERVICES[@]}"; do
    container=$(b from --name "cartelera-$service-try" "cartelera-$service")
    folder=$(b mount "$container")
    [ "$(b inspect --type image --format '{{.OCIv1.Config.User}}' "cartelera-$service")" \
        = "$USER_ID:$USER_ID" ] || fail "$service does not run as $USER_ID"
    say "$service: $(du -sm "$folder" | cut -f1) MB unpacked; /app holds $(ls -m "$folder/app")"
    if [ "$service" != index ] && (start "$service" "" true; b run --isolation=chroot \
        "$container" -- python -c "import torch") >/dev/null 2>&1; then
        fail "$service holds torch"
    fi
done
