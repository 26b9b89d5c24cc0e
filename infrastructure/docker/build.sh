#!/usr/bin/env bash
# Builds the base images of the stack from Debian packages, for machines that reach a Debian
# mirror but no image registry.
#
#   build.sh postgres|python [--tag NAME] [--label KEY=VALUE]... [--verbose]
#
#   postgres   postgres:17        Debian trixie, PostgreSQL 17 with contrib
#   python     python:3.11-slim   Debian bookworm, Python 3.11 with pip and venv
#
# The default tags are the official names, so docker-compose.yml and FROM lines work unchanged.
# One line per stage on stderr, the image's id on stdout, everything else only when it failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=''
base=''
child=''
verbose=0

say() { printf '%s\n' "$*" >&2; }

die() {
  say "build.sh: $1"
  say "hint: $2"
  exit 1
}

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

bad_usage() {
  say "build.sh: $1"
  usage >&2
  exit 64
}

cleanup() {
  local status=$?
  trap '' INT TERM HUP
  if [[ -n $child ]]; then
    # The whole group, and patiently: given the chance, mmdebstrap takes its mounts away itself.
    local patience=300
    kill -TERM -- "-$child" 2>/dev/null || :
    while kill -0 -- "-$child" 2>/dev/null && ((patience-- > 0)); do sleep 0.1; done
    kill -KILL -- "-$child" 2>/dev/null || :
  fi
  # Only a name, once the image has its real one. After a failure it is half an image.
  if [[ -n $base ]]; then docker image rm --force "$base" >/dev/null 2>&1 || :; fi
  # --one-file-system: whatever is still mounted in there (/proc, /sys, /dev) is not ours to delete.
  if [[ -n $work ]]; then rm -rf --one-file-system -- "$work"; fi
  exit "$status"
}

# Stages run in a process group of their own with their output in a file: a signal reaches this
# script at once (bash would otherwise wait for the stage to end), and takes the whole group along.
stage() {
  local title=$1 started=$SECONDS status=0
  shift
  say "$title"
  set -m
  if ((verbose)); then
    "$@" >&2 &
  else
    "$@" >"$work/log" 2>&1 &
  fi
  child=$!
  set +m
  wait "$child" || status=$?
  child=''
  if ((status)); then
    if ((!verbose)); then tail -n 20 "$work/log" >&2; fi
    die "$title: failed after $((SECONDS - started)) s (exit $status); the end of its output is above" "$hint"
  fi
}

# Unpacking a system means tens of thousands of small writes: in memory they cost half the time.
# Room: the unpacked system, its packages and their indexes, and as much again to spare.
fastest_temp_dir() {
  local need_kb=$((1536 * 1024)) free_kb memory_kb
  if [[ -n ${TMPDIR:-} ]]; then
    printf '%s' "$TMPDIR"
    return
  fi
  if [[ -d /dev/shm && -w /dev/shm && $(stat -f -c %T /dev/shm) == tmpfs ]]; then
    free_kb=$(df --output=avail -k /dev/shm | tail -n 1)
    memory_kb=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
    # Containers often get a /dev/shm that programs cannot be run from.
    if ((free_kb > need_kb && memory_kb > need_kb)) && ! findmnt -no OPTIONS -T /dev/shm | grep -qw noexec; then
      printf /dev/shm
      return
    fi
  fi
  printf /tmp
}

# What `docker import` can set by itself. The rest of a Dockerfile is built on top of the import:
# the classic builder makes a container per instruction, up to two seconds each on some storage
# drivers, and an import makes none.
readonly IMPORTED='^(ENV|VOLUME|EXPOSE|USER|WORKDIR|ENTRYPOINT|CMD) '

# The archive goes straight into the engine: it is never written to a disk in between.
import_rootfs() {
  local line changes=()
  while IFS= read -r line; do
    changes+=(--change "$line")
  done < <(grep -E "$IMPORTED" "$here/$image/Dockerfile")
  for line in "${labels[@]}"; do
    line=${line//\\/\\\\}
    line=${line//\"/\\\"}
    line=${line//\$/\\\$}
    changes+=(--change "LABEL \"${line%%=*}\"=\"${line#*=}\"")
  done
  "$here/rootfs.sh" "$here/$image" | docker import "${changes[@]}" - "$base" >/dev/null
}

# The classic builder, unless the caller chose: it always sees the images of this engine, which a
# BuildKit builder that runs in a container does not. The context is empty.
build_rest() {
  local file="$work/context/Dockerfile"
  mkdir -p "$work/context"
  grep -vE "$IMPORTED" "$here/$image/Dockerfile" >"$file"
  if grep -qE '^(ADD|COPY|RUN|STOPSIGNAL|SHELL|HEALTHCHECK|ONBUILD) ' "$file"; then
    tar --create --directory="$work/context" Dockerfile |
      DOCKER_BUILDKIT="${DOCKER_BUILDKIT:-0}" docker build --quiet --build-arg "BASE=$base" --tag "$tag" -
  else
    docker tag "$base" "$tag"
  fi
}

main() {
  image='' tag='' labels=()
  while (($#)); do
    case $1 in
      postgres | python) image=$1 ;;
      --tag) [[ -n ${2-} ]] || bad_usage '--tag needs a name'; tag=$2; shift ;;
      --label) [[ ${2-} == ?*=* ]] || bad_usage '--label needs KEY=VALUE'; labels+=("$2"); shift ;;
      --verbose | -v) verbose=1 ;;
      --help | -h) usage; exit 0 ;;
      *) bad_usage "unknown argument: $1" ;;
    esac
    shift
  done
  case $image in
    postgres) tag=${tag:-postgres:17} ;;
    python) tag=${tag:-python:3.11-slim} ;;
    *) bad_usage 'which image?' ;;
  esac

  command -v docker >/dev/null || die 'docker is not installed' 'apt-get install docker.io'
  local answer
  answer=$(docker version --format '{{.Server.Version}}' 2>&1) ||
    die "the Docker engine does not answer: ${answer##*$'\n'}" 'is it running, and may this user use it?'
  command -v mmdebstrap >/dev/null ||
    die 'mmdebstrap is not installed, and it makes the root filesystem' 'apt-get install mmdebstrap'
  [[ $EUID -eq 0 ]] || die 'only root can make a root filesystem (device nodes, chroot)' 'run this with sudo'

  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  local temp
  temp=$(fastest_temp_dir)
  work=$(mktemp -d "$temp/image-$image.XXXXXXXX")
  chmod 755 "$work" # apt drops to its own user, which has to reach the new root
  base="rootfs-$image:$(basename "$work" | tr '[:upper:].' '[:lower:]-')"
  export TMPDIR=$work

  # The import has a name of its own: half an archive makes an image, too.
  hint='--verbose shows everything; apt-get update tells whether the mirror answers'
  stage "$tag: building from Debian packages (about half a minute)" import_rootfs
  hint='--verbose shows everything; docker info tells whether the engine is well'
  stage "$tag: configuring" build_rest
  say "$tag: ready after $SECONDS s, $(docker image inspect --format '{{.Size}}' "$tag" | awk '{ printf "%.0f MB", $1 / 1e6 }')"
  docker image inspect --format '{{.Id}}' "$tag"
}

main "$@"
