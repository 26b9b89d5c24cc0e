# shellcheck shell=sh
# After the packages are installed. $1 is the new root.
# The locale of production. Only C.UTF-8 would be there without it, and text would sort otherwise.
chroot "$1" localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8
rm -rf "$1"/usr/share/i18n/locales "$1"/usr/share/i18n/charmaps

# A server that listens on localhost only cannot be reached through a published port.
sed -i "s/^#listen_addresses = 'localhost'/listen_addresses = '*'/" "$1"/usr/share/postgresql/*/postgresql.conf.sample
grep -q "^listen_addresses = '\*'" "$1"/usr/share/postgresql/*/postgresql.conf.sample

# Sticky and open, so that `docker run --user` works with any id; the entrypoint narrows the data folder.
chroot "$1" install -d -m 3777 -o postgres -g postgres /var/run/postgresql
chroot "$1" install -d -m 1777 -o postgres -g postgres /var/lib/postgresql /var/lib/postgresql/data
mkdir -p "$1/docker-entrypoint-initdb.d"

# Modes and owner are set here, so a checkout with another umask makes the same image.
install -m 755 -o root -g root "$ROOTFS_FOLDER/docker-entrypoint.sh" "$1/usr/local/bin/"
