#!/usr/bin/env bash
# All benchmarks, one after another. A report, not a test: a limit that is missed is said and no
# more. From outside:
#   PYTHON   an interpreter with the project and its dev extra; .venv's, else python3
#   RAW      folder of raw files; the sample
#   SCALE    sizes of invented raw files for the ETL, in multiples of the original; 1,3. The whole
#            claim is 1,3,10 (a quarter of an hour more, 3 GB of disk); empty for none
#   FILMS    sizes of invented catalogues for all jobs; 20000. The whole claim is
#            45000,450000,1000000 (hours, 30 GB of disk: raise BOUND too); empty for none
#   SECONDS_EACH, ROUNDS   of each measurement of an endpoint; 2 and 2
#   RATINGS  how many are invented to learn users from; 200000. The whole claim is 11000000 (some
#            20 minutes more: raise BOUND too)
#   MINUTES  of the soak; 2. The whole claim is 30 (raise BOUND too)
#   CASES    of the schema, at least; 1000. The whole claim is 5000
#   BOUND    seconds that one benchmark may take; 900
# The status is 1 where a benchmark itself broke or was cut off, else 0.
set -uo pipefail

absolute() { case "$1" in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }

ROOT=$(cd "$(dirname "$0")/.." && pwd)
RAW=$(absolute "${RAW:-$ROOT/data/sample}")
PYTHON=${PYTHON:-$(ls "$ROOT/.venv/bin/python" 2>/dev/null || echo python3)}
case "$PYTHON" in */*) PYTHON=$(absolute "$PYTHON") ;; esac
SCALE=${SCALE-1,3}
FILMS=${FILMS-20000}
SECONDS_EACH=${SECONDS_EACH:-2}
ROUNDS=${ROUNDS:-2}
RATINGS=${RATINGS:-200000}
MINUTES=${MINUTES:-2}
CASES=${CASES:-1000}
BOUND=${BOUND:-900}

cd "$ROOT" || exit 1
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/cartelera-bench.XXXXXX") || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM
VAR=$TMPDIR/var
broken=()

bench() { # name, arguments
    local name=$1
    shift
    printf '\n=== %s\n\n' "$name"
    # interrupted rather than killed, so that it stops what it started
    timeout --foreground -s INT -k 30 "$BOUND" "$PYTHON" "benchmarks/$name.py" "$@" ||
        { echo "$name: broke, or took longer than $BOUND s"; broken+=("$name"); }
}

find_debian() { # program, package
    command -v "$1" >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get install -y -qq "$2" || { apt-get update -qq && apt-get install -y -qq "$2"; }; } \
            >/dev/null 2>&1 && return
    fi
    echo "what needs $1 is left out (Debian: apt-get install $2)."
    return 1
}

bench nested_cells --raw "$RAW"
bench etl_job --raw "$RAW" ${SCALE:+--scale "$SCALE"}
bench encoding --raw "$RAW"
bench index_job --raw "$RAW"
bench refresh --raw "$RAW"
[ -n "$FILMS" ] && bench scale --films "$FILMS"
bench suggestions --raw "$RAW"

printf '\n=== building what is served\n\n'
if "$PYTHON" -m cli.main etl --raw "$RAW" --var "$VAR" && "$PYTHON" -m cli.main index --var "$VAR"
then
    bench footprint --var "$VAR" --titles
    bench recall --var "$VAR"
    bench free_text --data "$VAR/data"
    # the sample's ratings are made up: nothing is to be learnt from how near to them one comes
    [ -f "$RAW/ratings_small.csv" ] && bench user_ratings --raw "$RAW" --var "$VAR"
    bench user_scale --var "$VAR" --ratings "$RATINGS"
    if find_debian wrk wrk; then
        bench endpoints --var "$VAR" --seconds "$SECONDS_EACH" --rounds "$ROUNDS"
        if find_debian nginx nginx-light; then
            bench gateway_hits --var "$VAR" --seconds "$SECONDS_EACH"
            bench gateway --var "$VAR" --seconds "$SECONDS_EACH"
        fi
    fi
    find_debian chromium chromium && bench page --var "$VAR"
    bench faults --var "$VAR"
    bench schema --var "$VAR" --cases "$CASES"
    bench soak --var "$VAR" --minutes "$MINUTES"
else
    broken+=(build)
fi

if [ ${#broken[@]} -gt 0 ]; then
    printf '\nnot measured: %s\n' "${broken[*]}"
    exit 1
fi
