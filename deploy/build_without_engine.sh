#!/usr/bin/env bash
# Build the six images and try them, on a machine that has no container engine: a bare Debian 12
# made by debootstrap is the base, and buildah builds and starts the images in a chroot.
# Needs root, and Debian's packages buildah, debootstrap and curl. From outside:
#   WORK    folder for all that is made, about 17 GB; must be new, and is removed at the end
#   PORT    the gateway's on 127.0.0.1; query and reco take the next two
#   MIRROR  where debootstrap fetches Debian from; its own choice when empty
#   KEEP=1  leaves WORK, and the images in it
# What `pip config list` says here holds in the build too; the places it names are mounted there.
#
# A chroot has no memory limits, no networks and a writable root, so docker-compose.yml's are not
# tried. In place of the last, a container that wrote to its image fails the script.
set -euo pipefail
cd "$(dirname "$0")/.."

WORK=${WORK:-/tmp/cartelera-images}
PORT=${PORT:-18000}
JOBS=(etl index eda)
SERVING=(query reco gateway)
OWNER=10001
LACKS_TORCH="import fastapi, importlib.util as look; exit(bool(look.find_spec('torch')))"

say() { echo "== $*"; }
fail() { echo "build_without_engine.sh: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "a chroot needs root; run it with sudo."
for tool in buildah debootstrap curl; do
    command -v "$tool" > /dev/null || fail "no $tool here: apt-get install buildah debootstrap curl"
done
[ ! -e "$WORK" ] || fail "$WORK exists already; remove it or set WORK to a new folder."
mkdir -p "$WORK"

BUILDAH=(buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver vfs)
served=()
clean() {
    for process in "${served[@]}"; do
        kill "$process" 2> /dev/null || true
        wait "$process" || true
    done
    if [ "${KEEP:-}" != 1 ]; then rm -rf --one-file-system "$WORK"; fi
}
trap clean EXIT

# --- pip as it is set up here: one file of settings, and the local places they name

# the environment's settings come first in the list, and the first of a name wins
python3 -m pip config list | sed -nE "s/^[^=]*\.([a-z-]+)='(.*)'$/\1 = \2/p" |
    awk 'BEGIN { print "[global]" } !seen[$1]++' > "$WORK/pip.conf"
mounts=(--volume "$WORK/pip.conf:/etc/pip.conf:ro")
for word in $(sed 's/^[^=]*=//' "$WORK/pip.conf"); do
    case $word in
        file:///*/*) place=$(dirname "${word#file://}") ;; # an index has its files beside it
        /*) place=$word ;;
        *) continue ;;
    esac
    if [ -e "$place" ]; then mounts+=(--volume "$place:$place:ro"); fi
done

# --- the base and the images

say "base: Debian 12 with Python"
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates \
    bookworm "$WORK/base" ${MIRROR:+"$MIRROR"} > "$WORK/base.log" 2>&1 ||
    { tail -20 "$WORK/base.log" >&2; fail "no base"; }
rm -rf "$WORK"/base/var/cache/apt/* "$WORK"/base/var/lib/apt/lists/*
base=$("${BUILDAH[@]}" from scratch)
"${BUILDAH[@]}" copy --quiet "$base" "$WORK/base" / > /dev/null
"${BUILDAH[@]}" commit --quiet --rm "$base" cartelera-base > /dev/null
rm -rf --one-file-system "$WORK/base"

for service in "${JOBS[@]}" "${SERVING[@]}"; do
    say "image: $service"
    "${BUILDAH[@]}" bud --isolation=chroot "${mounts[@]}" --tag "cartelera-$service" \
        --build-arg BASE=localhost/cartelera-base --build-arg SERVICE="$service" . \
        > "$WORK/$service.log" 2>&1 || { tail -20 "$WORK/$service.log" >&2; fail "no $service"; }
done

# --- trying them

# told SERVICE FIELD: a field of what the image says of itself
told() {
    "${BUILDAH[@]}" inspect --type image \
        --format "{{range .OCIv1.Config.$2}}{{.}} {{end}}" "cartelera-$1"
}
# start SERVICE MODE [ARGUMENTS]: the image's own command, with what was built at /app/var
# shellcheck disable=SC2046  # the two lists are meant to fall into words
start() {
    exec "${BUILDAH[@]}" run --isolation=chroot --volume "$WORK/var:/app/var:$2" \
        --env GATEWAY_QUERY_URL="http://127.0.0.1:$((PORT + 1))" \
        --env GATEWAY_RECO_URL="http://127.0.0.1:$((PORT + 2))" \
        "try-$1" -- $(told "$1" Entrypoint) $(told "$1" Cmd) "${@:3}"
}
inside() { "${BUILDAH[@]}" run --isolation=chroot "try-$1" -- "${@:2}"; }

folders=()
for service in "${JOBS[@]}" "${SERVING[@]}"; do
    "${BUILDAH[@]}" from --name "try-$service" "cartelera-$service" > /dev/null
    folder=$("${BUILDAH[@]}" mount "try-$service")
    folders+=("$folder")
    say "$service: $(du -sm "$folder" | cut -f1) MB unpacked; in /app: $(ls -m "$folder/app")"
    [ "$(inside "$service" id -u)" = "$OWNER" ] || fail "$service runs as somebody else"
done
for service in "${SERVING[@]}"; do
    inside "$service" python -c "$LACKS_TORCH" || fail "$service holds torch"
    say "$service: no torch"
done

install -d -o "$OWNER" -g "$OWNER" "$WORK/var" # as a named volume gets it from the image
touch "$WORK/started"
for job in "${JOBS[@]}"; do (start "$job" rw); done

declare -A ports=([query]=$((PORT + 1)) [reco]=$((PORT + 2)) [gateway]=$PORT)
for service in "${SERVING[@]}"; do
    (start "$service" ro --host 127.0.0.1 --port "${ports[$service]}") \
        > "$WORK/run-$service.log" 2>&1 &
    served+=($!)
done
ask() { curl --silent --show-error --fail --max-time 10 "http://127.0.0.1:$PORT$1"; }
for second in $(seq 60); do
    if ask /salud/lista > /dev/null 2>&1; then break; fi
    [ "$second" -lt 60 ] || { tail "$WORK"/run-*.log >&2; fail "the gateway is not ready"; }
    sleep 1
done
for path in /salud/lista /cantidad_filmaciones_mes/enero /score_titulo/Toy%20Story \
    /recomendacion/Toy%20Story; do
    say "GET $path"
    ask "$path"
    echo
done
say "GET /informe: $(ask /informe | wc -c) bytes"

written=$(find "${folders[@]}" -mindepth 1 -xdev -newer "$WORK/started" ! -path '*/tmp/*')
[ -z "$written" ] || fail "written to an image: $written"
say "nothing was written outside /tmp and /app/var"
