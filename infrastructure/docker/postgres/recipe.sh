# shellcheck shell=bash disable=SC2034  # read by ../rootfs.sh
# PostgreSQL 17 with its contrib modules (Debian ships them in the server package).
suite=trixie
packages=(
  postgresql-17
  locales       # the source of en_US.UTF-8, see customize.sh
  tzdata        # the server uses the system's time zones
  libnss-wrapper # initdb wants a name for its user: docker run --user 1234
  xz-utils zstd # for *.sql.xz and *.sql.zst in /docker-entrypoint-initdb.d
)
exclude=(
  # Just-in-time compilation: LLVM, its solver and the server's bitcode are most of what could be
  # left out, and JIT pays off for long analytical queries only. Without llvmjit.so the server has
  # none, whatever `jit` is set to; it does not fail.
  '/usr/lib/*/libLLVM*' '/usr/lib/llvm-*' '/usr/lib/*/libz3.so*'
  '/usr/lib/postgresql/*/lib/llvmjit*' '/usr/lib/postgresql/*/lib/bitcode/*'
  # Perl is here for Debian's pg_* wrappers only: no headers, no CJK encodings, no collation tables.
  '/usr/lib/*/perl/*/CORE/*.h' '/usr/lib/*/perl/*/auto/Encode/JP/*' '/usr/lib/*/perl/*/auto/Encode/KR/*'
  '/usr/lib/*/perl/*/auto/Encode/CN/*' '/usr/lib/*/perl/*/auto/Encode/TW/*'
  '/usr/lib/*/perl/*/auto/Unicode/Collate/*' '/usr/share/perl/*/Unicode/Collate/*' '/usr/share/perl/*/pod/*'
)
