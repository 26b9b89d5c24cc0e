# shellcheck shell=sh
# After the packages are installed. $1 is the new root.
# The names and the place that Dockerfiles and shebangs written for the official image expect.
for name in python python3 python3.11; do ln -s /usr/bin/python3.11 "$1/usr/local/bin/$name"; done
for name in pip pip3 pip3.11; do ln -s /usr/bin/pip3 "$1/usr/local/bin/$name"; done
