# shellcheck shell=sh
# Before the packages are installed. $1 is the new root.
# Fixed ids, the ones of the official image: a volume or a bind mount made by one fits the other.
# Written as lines, because useradd is not there yet; the passwd package makes /etc/shadow of them.
echo 'postgres:*:999:' >>"$1/etc/group"
echo 'postgres:*:999:999:PostgreSQL administrator:/var/lib/postgresql:/bin/bash' >>"$1/etc/passwd"

# The server package would create and start a cluster of its own, in a place no volume covers.
mkdir -p "$1/etc/postgresql-common"
echo 'create_main_cluster = false' >"$1/etc/postgresql-common/createcluster.conf"
