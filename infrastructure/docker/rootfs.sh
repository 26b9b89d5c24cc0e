#!/usr/bin/env bash
# Writes the root filesystem of one image to stdout, as a tar archive, made from Debian packages.
#
#   rootfs.sh FOLDER     FOLDER holds recipe.sh (suite, packages, exclude) and, optionally,
#                        essential.sh and customize.sh: hooks that get the new root as $1
#
# build.sh calls this; run it by hand to look at what would go into an image:
#   TMPDIR=/dev/shm infrastructure/docker/rootfs.sh infrastructure/docker/postgres | tar -tv | less
#
# No mirror is named here: the packages come from wherever this machine's own apt gets them.
# On a machine whose apt sources are not Debian's, set DEBIAN_MIRROR (and DEBIAN_SECURITY_MIRROR).
set -euo pipefail

readonly KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

die() {
  printf 'rootfs.sh: %s\n' "$1" >&2
  printf 'hint: %s\n' "$2" >&2
  exit 1
}

# Documentation, translations and foreign character tables: the bulk of a minimal system,
# and nothing a container reads. Copyright files stay, as the licences ask.
common_exclude=(
  '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/info/*' '/usr/share/locale/*'
  '/usr/share/bug/*' '/usr/share/lintian/*' '/usr/share/doc-base/*'
)
common_include=('/usr/share/doc/*/copyright' '/usr/share/locale/locale.alias')

# The repositories apt would use, as "KIND URI" lines, KIND being main or security.
# apt reads its own sources here (deb822 files and one-line lists, disabled entries, options):
# a parser of ours would only be wrong in new ways.
debian_repositories() {
  # The surest answer: the downloaded Release files say that they are Debian's. Other vendors
  # also publish suites called "bookworm" with a component called "main".
  # shellcheck disable=SC2016  # $(ORIGIN) and friends are apt's own placeholders
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $3 == "main" {
      if ($2 == "Debian-Security") print "security", $4; else if ($2 == "Debian") print "main", $4 }'

  # No lists on this machine (a fresh container deletes them): judge by the address.
  apt-get --print-uris update |
    sed -nE "s|^'(.*/debian/?)/dists/[a-z]+/InRelease'.*|main \\1|p
             s|^'(.*/debian-security/?)/dists/[a-z]+(-security)?(/updates)?/InRelease'.*|security \\1|p"
}

# First repository of a kind; for apt's mirror+file method the first address in that file,
# because the file does not exist inside the image.
first_repository() {
  local uri
  uri=$(awk -v kind="$1" '$1 == kind { print $2; exit }' <<<"$repositories")
  if [[ $uri == mirror+file:* ]]; then
    local list=${uri#mirror+file:}
    list=/${list##+(/)}
    uri=$(awk '/^[a-z]+:/ { print $1; exit }' "${list%/}")
  fi
  printf '%s' "${uri%/}"
}

main() {
  shopt -s extglob
  local folder=${1:?usage: rootfs.sh FOLDER}
  folder=$(cd "$folder" && pwd)

  local suite='' packages=() exclude=()
  # shellcheck source=/dev/null
  . "$folder/recipe.sh"
  [[ -n $suite ]] || die "$folder/recipe.sh sets no suite" "see the other recipe.sh files"

  command -v mmdebstrap >/dev/null ||
    die 'mmdebstrap is not installed, and it makes the root filesystem' 'apt-get install mmdebstrap'
  [[ $EUID -eq 0 ]] ||
    die 'only root can make a root filesystem (device nodes, chroot)' 'run this with sudo'
  [[ -r $KEYRING ]] ||
    die "Debian's archive keys are missing ($KEYRING)" 'apt-get install debian-archive-keyring'

  local main_uri=${DEBIAN_MIRROR:-} security_uri=${DEBIAN_SECURITY_MIRROR:-}
  if [[ -z $main_uri ]]; then
    command -v apt-get >/dev/null ||
      die 'there is no apt here, so no Debian mirror is known' 'set DEBIAN_MIRROR to the address of one'
    local repositories
    repositories=$(debian_repositories) ||
      die 'apt could not read its own sources' 'apt-get update shows what is wrong with them'
    main_uri=$(first_repository main)
    security_uri=${security_uri:-$(first_repository security)}
    [[ -n $main_uri ]] ||
      die "none of this machine's apt sources is a Debian mirror" \
        'apt-get update, or set DEBIAN_MIRROR to the address of one'
  fi

  # The signature path is the same inside and outside the image, so apt works in both.
  local sources=(
    "deb [signed-by=$KEYRING] $main_uri $suite main"
    "deb [signed-by=$KEYRING] $main_uri $suite-updates main"
  )
  if [[ -n $security_uri ]]; then
    sources+=("deb [signed-by=$KEYRING] $security_uri $suite-security main")
  fi

  # dpkg's own exclusions are written by a hook instead of --dpkgopt: given as an option they
  # make mmdebstrap filter every essential package through a script, which costs ten seconds.
  # What the essential packages brought in is removed afterwards.
  ROOTFS_EXCLUDE=$(printf 'path-exclude=%s\n' "${common_exclude[@]}" "${exclude[@]}")
  ROOTFS_EXCLUDE+=$'\n'$(printf 'path-include=%s\n' "${common_include[@]}")
  ROOTFS_FOLDER=$folder
  export ROOTFS_EXCLUDE ROOTFS_FOLDER

  # shellcheck disable=SC2016  # the hooks are expanded by the shell mmdebstrap starts
  local hooks=(
    --essential-hook='printf "%s\n" "$ROOTFS_EXCLUDE" >"$1/etc/dpkg/dpkg.cfg.d/docker"'
    --essential-hook='if [ -f "$ROOTFS_FOLDER/essential.sh" ]; then sh -eu "$ROOTFS_FOLDER/essential.sh" "$1"; fi'
    --customize-hook='if [ -f "$ROOTFS_FOLDER/customize.sh" ]; then sh -eu "$ROOTFS_FOLDER/customize.sh" "$1"; fi'
    --customize-hook='
      cd "$1"
      find usr/share/doc usr/share/man usr/share/info usr/share/locale -type f \
        ! -name copyright ! -name locale.alias -delete
      find usr/share/doc usr/share/man usr/share/info usr/share/locale -mindepth 1 -type d -empty -delete
      find usr/share/doc -xtype l -delete
      # Facts about the machine that built this, and traces of the build.
      rm -f etc/hostname etc/resolv.conf etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap
      rm -f var/cache/debconf/*-old var/lib/dpkg/*-old var/cache/apt/*.bin
      find var/log -type f -delete
      # What the packages left in /run, but not the folders a service is to find there.
      find run -mindepth 1 ! -type d -delete
      # A layer that installs packages keeps no archives and no translations.
      printf "%s\n" "APT::Keep-Downloaded-Packages \"false\";" "Acquire::Languages \"none\";" \
        "Dir::Cache::pkgcache \"\";" "Dir::Cache::srcpkgcache \"\";" >etc/apt/apt.conf.d/docker'
  )

  # force-unsafe-io: nothing here has to survive a power cut, the image does.
  exec mmdebstrap --mode=root --variant=minbase --format=tar --verbose --skip=cleanup/run \
    --include="$(IFS=,; printf '%s' "${packages[*]}")" \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt=force-unsafe-io \
    "${hooks[@]}" "$suite" - "${sources[@]}"
}

main "$@"
