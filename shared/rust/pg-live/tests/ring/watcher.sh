# Run by /bin/sh with a pipe as its input: server program, its home.
# shellcheck shell=sh
set -eu
exec 3<&0
"$1" -D "$2/data" -k "$2" >"$2/log" 2>&1 3<&- &
server=$!
# The pipe closes when the test ends, in whatever way it does.
(
    cat <&3 >/dev/null
    touch "$2/closing"
    kill -QUIT "$server"
) &
reader=$!
wait "$server" || true
if [ ! -e "$2/closing" ]; then
    kill "$reader"
    cat "$2/log" >&2
fi
cd /
rm -rf "$2"
