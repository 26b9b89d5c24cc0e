#!/usr/bin/env bash
# Prepares and starts PostgreSQL in a container, by the rules the official image documents:
# the same variables, the same hook folder, the same log lines. Original code; where it differs
# (see README.md beside build.sh) it is stricter or faster, never different in outcome.
#
#   first start, empty data folder:  initdb, a private server on the socket, the database, the
#                                    files of /docker-entrypoint-initdb.d in name order
#   later starts:                    straight to the server
set -Eeuo pipefail

readonly INIT_FOLDER=/docker-entrypoint-initdb.d
readonly RUN_FOLDER=/var/run/postgresql
readonly SERVER_USER=postgres

server_pid=''
child_pid=''

die() {
  printf '%s: error: %s\n' "$0" "$1" >&2
  exit 1
}

# ---- environment ---------------------------------------------------------------------------

# NAME from the environment or from the file in NAME_FILE (a mounted secret), else a default.
# Runs as root, which can read secrets that the server's user cannot.
from_environment_or_file() {
  local name=$1 default=${2-} file_name=${1}_FILE
  local value=${!name-} file=${!file_name-}
  if [[ -n $value && -n $file ]]; then
    die "$name and $file_name are both set, and only one of them can be meant"
  elif [[ -n $file ]]; then
    [[ -r $file ]] || die "$file_name says $file, which cannot be read"
    value=$(<"$file")
  fi
  export "$name=${value:-$default}"
  unset "$file_name"
}

read_environment() {
  from_environment_or_file POSTGRES_PASSWORD
  from_environment_or_file POSTGRES_USER postgres
  from_environment_or_file POSTGRES_DB "$POSTGRES_USER"
  from_environment_or_file POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}" "${POSTGRES_INITDB_WALDIR:=}"
  export PGDATA=${PGDATA:-/var/lib/postgresql/data}
}

# Questions that PostgreSQL answers without a database: no reason to make one.
only_asks() {
  local argument
  for argument in "$@"; do
    case $argument in
      -'?' | --help | --describe-config | -V | --version | -C | -C?*) return 0 ;;
    esac
  done
  return 1
}

# ---- folders -------------------------------------------------------------------------------

prepare_folders() {
  local folder owned=("$PGDATA")
  # Errors are left to initdb and the server: with --user the folders may be fine as they are.
  mkdir -p "$PGDATA" "$RUN_FOLDER" 2>/dev/null || :
  if [[ -n $POSTGRES_INITDB_WALDIR ]]; then
    mkdir -p "$POSTGRES_INITDB_WALDIR" 2>/dev/null || :
    owned+=("$POSTGRES_INITDB_WALDIR")
  fi
  chmod 3775 "$RUN_FOLDER" 2>/dev/null || :
  for folder in "${owned[@]}"; do
    # The server refuses a data folder that others can read; a fresh volume is open to all.
    chmod 700 "$folder" 2>/dev/null || :
  done
  if ((EUID == 0)); then
    find "${owned[@]}" "$RUN_FOLDER" ! -user "$SERVER_USER" -exec chown "$SERVER_USER" '{}' +
  fi
}

# ---- children ------------------------------------------------------------------------------

# Runs one step so that a signal is acted upon at once. As process 1 this script would otherwise
# swallow `docker stop` until the step is over, or until the grace period ends in SIGKILL.
# (A background job reads /dev/null unless told otherwise: hence <&0.)
interruptible() {
  local status=0
  "$@" <&0 &
  child_pid=$!
  wait "$child_pid" || status=$?
  child_pid=''
  return "$status"
}

interrupted() {
  trap '' HUP INT TERM
  printf '%s: stopped by a signal during initialization\n' "$0" >&2
  if [[ -n $child_pid ]]; then
    kill -TERM "$child_pid" 2>/dev/null || :
    wait "$child_pid" 2>/dev/null || :
  fi
  exit "$((128 + $1))"
}

# However initialization ends, its server is shut down properly: a half-made database at least
# needs no recovery. The exit status stays what it was (psql's 3, for a script with an error).
stop_private_server() {
  local pid=$server_pid
  [[ -n $pid ]] || return 0
  server_pid=''
  kill -INT "$pid" 2>/dev/null || :
  wait "$pid" || printf '%s: the initialization server ended with status %s\n' "$0" "$?" >&2
  make_durable
}

# ---- initialization ------------------------------------------------------------------------

require_password_or_trust() {
  [[ -n $POSTGRES_PASSWORD ]] && return
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    cat >&2 <<-'WARNING'
	********************************************************************************
	WARNING: POSTGRES_HOST_AUTH_METHOD is "trust". Anyone who reaches the port is in,
	         as any user, without a password.
	********************************************************************************
	WARNING
    return
  fi
  cat >&2 <<-'ERROR'
	Error: Database is uninitialized and superuser password is not specified.
	       Give POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) a value that is not empty,
	       for example: docker run -e POSTGRES_PASSWORD=... postgres
	       POSTGRES_HOST_AUTH_METHOD=trust would allow every connection without one.
	ERROR
  exit 1
}

make_cluster() {
  local arguments=() passwd
  # Words and quotes as a shell would read them, but nothing is executed.
  if [[ -n $POSTGRES_INITDB_ARGS ]]; then
    mapfile -d '' -t arguments < <(xargs printf '%s\0' <<<"$POSTGRES_INITDB_ARGS")
  fi
  if [[ -n $POSTGRES_INITDB_WALDIR ]]; then
    arguments+=(--waldir="$POSTGRES_INITDB_WALDIR")
  fi
  # Everything is forced to disk once, by make_durable.
  arguments+=(--no-sync --no-instructions)

  # initdb wants its user to have a name, and `docker run --user` may give it a bare number.
  if ! getent passwd "$EUID" >/dev/null && compgen -G '/usr/lib/*/libnss_wrapper.so' >/dev/null; then
    passwd=$(mktemp)
    printf 'postgres:x:%s:%s:PostgreSQL:%s:/bin/false\n' "$EUID" "$(id -g)" "$PGDATA" >"$passwd"
    local wrapper
    wrapper=$(compgen -G '/usr/lib/*/libnss_wrapper.so')
    NSS_WRAPPER_PASSWD=$passwd NSS_WRAPPER_GROUP=/etc/group LD_PRELOAD=$wrapper run_initdb "${arguments[@]}"
    rm -f "$passwd"
  else
    run_initdb "${arguments[@]}"
  fi
}

# The password goes through a pipe: never in a file, never in the list of processes.
run_initdb() {
  local password
  if [[ -n $POSTGRES_PASSWORD ]]; then
    exec {password}< <(printf '%s\n' "$POSTGRES_PASSWORD")
    set -- --pwfile="/dev/fd/$password" "$@"
  fi
  # Told the time zone, initdb need not compare the system's with hundreds of others (0.3 s).
  if [[ -z ${TZ-} && $(readlink /etc/localtime) == */zoneinfo/Etc/UTC ]]; then
    local -x TZ=Etc/UTC
  fi
  interruptible initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" "$@"
  if [[ -n ${password:-} ]]; then exec {password}<&-; fi
}

# The sockets and 127.0.0.1 stay as initdb made them (trust: whoever is inside the container can
# read the files anyway); everyone else needs the password.
allow_remote_connections() {
  local method=${POSTGRES_HOST_AUTH_METHOD:-}
  if [[ -z $method ]]; then
    method=$(postgres -C password_encryption "$@")
  fi
  {
    printf '\n'
    if [[ $method == trust ]]; then
      printf '# "trust": every connection is accepted without a password\n'
    fi
    printf 'host all all all %s\n' "$method"
  } >>"$PGDATA/pg_hba.conf"
}

# A server that only this container can reach: nobody sees the half-made database over TCP.
# Its writes are not forced to disk one by one, see begin_unsafe_writes.
start_private_server() {
  local state='' line number
  postgres "$@" -c listen_addresses='' -p "${PGPORT:-5432}" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off </dev/null &
  server_pid=$!
  until [[ $state == ready* ]]; do
    if ! kill -0 "$server_pid" 2>/dev/null; then
      local status=0
      wait "$server_pid" || status=$?
      server_pid=''
      printf '%s: error: the server did not start (status %s), its own message is above\n' "$0" "$status" >&2
      exit "$((status ? status : 1))"
    fi
    # The eighth line of the lock file is the state. `read` on a pipe that never answers is a
    # sleep that costs no process.
    state='' number=0
    if [[ -r $PGDATA/postmaster.pid ]]; then
      while IFS= read -r line; do
        number=$((number + 1))
        if ((number == 8)); then state=$line; fi
      done <"$PGDATA/postmaster.pid"
    fi
    [[ $state == ready* ]] || read -r -t 0.02 <&"$never" || :
  done
}

create_database() {
  # \gexec sends what the query returns, quoted by the server itself.
  interruptible env PGOPTIONS='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc --quiet \
    --dbname postgres --set db="$POSTGRES_DB" --output /dev/null <<-'SQL'
	SELECT format('CREATE DATABASE %I', :'db')
	WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'db') \gexec
	SQL
}

# unpack COMMAND FILE: an archive through psql. pipefail reports a damaged one, too.
unpack() {
  command -v "$1" >/dev/null || die "$2 needs $1, which this image does not have"
  "$1" --decompress --stdout <"$2" | "${psql[@]}"
}

run_init_files() {
  local file
  # Scripts that are sourced may use this, as they always could.
  psql=(psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc --dbname "$POSTGRES_DB")
  printf '\n'
  for file in "$INIT_FOLDER"/*; do
    [[ -e $file ]] || continue
    case $file in
      *.sh)
        if [[ -x $file ]]; then
          printf '%s: running %s\n' "$0" "$file"
          interruptible "$file"
        else
          printf '%s: sourcing %s\n' "$0" "$file"
          set +u
          # shellcheck source=/dev/null
          . "$file"
          set -u
        fi
        ;;
      *.sql)
        printf '%s: running %s\n' "$0" "$file"
        interruptible "${psql[@]}" --file "$file"
        ;;
      *.sql.gz)
        printf '%s: running %s\n' "$0" "$file"
        interruptible unpack gzip "$file"
        ;;
      *.sql.xz)
        printf '%s: running %s\n' "$0" "$file"
        interruptible unpack xz "$file"
        ;;
      *.sql.zst)
        printf '%s: running %s\n' "$0" "$file"
        interruptible unpack zstd "$file"
        ;;
      *) printf '%s: ignoring %s\n' "$0" "$file" ;;
    esac
    printf '\n'
  done
}

# Initialization does not wait for the disk: forcing every statement of init.sql there costs more
# than the statements. Instead everything is forced there once, at the end; PostgreSQL documents
# `initdb --sync-only` on a stopped server as the way back from fsync=off.
# Until then a note in the data folder says which boot of the machine the files belong to. A kill
# loses nothing (the kernel has the writes); a power cut may, and the next start then refuses.
readonly BOOT_ID=/proc/sys/kernel/random/boot_id

begin_unsafe_writes() {
  cat "$BOOT_ID" >"$PGDATA/initialization_not_on_disk"
  sync "$PGDATA/initialization_not_on_disk" "$PGDATA"
}

make_durable() {
  initdb --sync-only --pgdata="$PGDATA" >/dev/null
  rm "$PGDATA/initialization_not_on_disk"
  sync "$PGDATA"
}

require_trustworthy_files() {
  local note="$PGDATA/initialization_not_on_disk"
  [[ -e $note ]] || return 0
  if [[ $(<"$note") != "$(<"$BOOT_ID")" ]]; then
    die 'the machine went down while this database was being initialized, so its files cannot be trusted. Remove the volume and start again.'
  fi
  make_durable
}

initialize() {
  require_password_or_trust
  trap 'interrupted 1' HUP
  trap 'interrupted 2' INT
  trap 'interrupted 15' TERM
  trap stop_private_server EXIT
  exec {never}<> <(:)

  # An unreadable hook folder would otherwise look like an empty one, after a database was made.
  ls "$INIT_FOLDER/" >/dev/null

  make_cluster
  printf '%s: every file will be forced to disk when initialization is complete\n' "$0"
  begin_unsafe_writes
  allow_remote_connections "$@"

  # Only for the initialization: authentication on the socket may ask for it (POSTGRES_INITDB_ARGS).
  local had_password=${PGPASSWORD-}
  export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  unset PGHOST PGHOSTADDR
  start_private_server "$@"
  create_database
  run_init_files
  stop_private_server
  if [[ -n $had_password ]]; then PGPASSWORD=$had_password; else unset PGPASSWORD; fi

  exec {never}<&-
  trap - HUP INT TERM EXIT
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

# ---- start ---------------------------------------------------------------------------------

if [[ ${1-} == -* ]]; then
  set -- postgres "$@"
fi

if [[ ${1-} != postgres ]] || only_asks "${@:2}"; then
  exec "$@"
fi

read_environment
prepare_folders

if ((EUID == 0)); then
  # Root was needed for the owners only. setpriv replaces this process, so signals reach it.
  exec setpriv --reuid="$SERVER_USER" --regid="$SERVER_USER" --init-groups \
    env HOME=/var/lib/postgresql "$0" "$@"
fi

if [[ -s $PGDATA/PG_VERSION ]]; then
  require_trustworthy_files
  printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
else
  initialize "${@:2}"
fi

exec "$@"
