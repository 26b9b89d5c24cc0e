# shellcheck shell=bash disable=SC2034  # read by ../rootfs.sh
# Python 3.11 with pip and venv, enough to install wheels and run a service.
suite=bookworm
packages=(python3 python3-pip python3-venv ca-certificates tzdata netbase)
exclude=(
  # Debian's mark that pip must keep off its Python. In an image there is no system to protect,
  # and `RUN pip install` has to work as it does in the official one.
  '/usr/lib/python3*/EXTERNALLY-MANAGED'
)
