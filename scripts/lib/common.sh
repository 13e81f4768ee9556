# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The beginning of every script here: where things are, how many may run at once, and the cache.
#
# Where things are:
#   TOP      the checkout
#   CACHE    everything built, shared by all checkouts; each thing is named by the content it was made from
#   OUT_DIR  this checkout's view of the cache: links to the Image, initramfs, ... that belong to its sources
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/die.sh"
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

# Variables given to our make are for us: other makes have their own of the same names.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
# A login, a git hook and a CI runner all get the same language, modes and files.
export LC_ALL=C.UTF-8
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX CDPATH
umask 022
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
[ -e /proc/self/fd/0 ] || exec </dev/null

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/lullaby
VARIANT=${KERNEL:-release}
case $VARIANT in
release | debug | kcsan | plain | production) ;;
*) echo "KERNEL=$VARIANT: it is 'release', 'debug', 'kcsan', 'plain' or 'production'" >&2; exit 1 ;;
esac
case $CACHE in
*[[:space:]:]*) echo "$CACHE: a kernel cannot be built below a directory with spaces or colons in its name (set XDG_CACHE_HOME)" >&2; exit 1 ;;
esac
CPUS=${CPUS:-1}
MAX_CPUS=4	# CONFIG_NR_CPUS in vsoc/kernel.config
[[ $CPUS =~ ^[1-$MAX_CPUS]$ ]] || { echo "CPUS=$CPUS: it is a number from 1 to $MAX_CPUS, of processors for Linux" >&2; exit 1; }
SEED=${SEED:-1}
[[ $SEED =~ ^[1-9][0-9]{0,8}$ ]] || { echo "SEED=$SEED: it is a number from 1 to 999999999, which decides everything random in the machine" >&2; exit 1; }
# REVERT=NAME: the kernel has tests/smp/reverts/NAME.patch in it. Set by scripts/smp, for the scripts that it calls.
REVERT=${REVERT:-}
[ -z "$REVERT" ] || [ -f "$TOP/tests/smp/reverts/$REVERT.patch" ] || { echo "REVERT=$REVERT: there is no tests/smp/reverts/$REVERT.patch" >&2; exit 1; }
OUT_DIR=$CACHE/checkouts/$(printf '%s' "$TOP" | sha256sum | cut -c1-12)-$VARIANT${REVERT:+-revert-$REVERT}
LOG_DIR=$OUT_DIR/logs
mkdir -p "$LOG_DIR"

# processors, memory_kb: how many there are, and how much is free; the container's limits count if they are lower.
processors() {
	local count quota period
	count=$(nproc)
	if { read -r quota period </sys/fs/cgroup/cpu.max; } 2>/dev/null && [ "$quota" != max ] &&
		[ $((quota / period)) -lt "$count" ]; then
		count=$(((quota + period - 1) / period))
	fi
	echo "$count"
}

memory_kb() {
	local limit free
	free=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
	if { read -r limit </sys/fs/cgroup/memory.max; } 2>/dev/null && [ "$limit" != max ] && [ $((limit / 1024)) -lt "$free" ]; then
		free=$((limit / 1024))
	fi
	echo "$free"
}

CROSS_COMPILE=${CROSS_COMPILE:-aarch64-linux-gnu-}
JOBS=${JOBS:-$(processors)}
[[ $JOBS =~ ^[1-9][0-9]*$ ]] || { echo "JOBS=$JOBS: it is a number, of jobs that may run at once" >&2; exit 1; }
# shellcheck disable=SC2034 # for the scripts
KERNEL_SERIES=6.12

# needs_overlay: for scripts that need a kernel with the overlay.
needs_overlay() {
	[ "$VARIANT" != plain ] || die "KERNEL=plain: that kernel knows no DSP; it is for 'make build' and 'make shell', and 'make harmless' builds it by itself"
}

# needs_test_equipment: for scripts whose machines need it.
needs_test_equipment() {
	[ "$VARIANT" != production ] || die "KERNEL=production: that kernel and firmware have no test equipment, which this needs; they are for 'make play', 'make build' and 'make shell'"
}

# make_out: makes the directory OUT that the user named, and OUT its full name.
make_out() {
	if ! mkdir -p "$OUT" 2>/dev/null || ! [ -w "$OUT" ]; then
		die "OUT=$OUT: it has to be a directory that can be made and written to"
	fi
	OUT=$(realpath "$OUT")
}

# no_arguments USAGE "$@": for scripts that take none but --help, which prints USAGE.
no_arguments() {
	case ${2:-} in
	'') ;;
	-h | --help) printf '%s\n' "$1"; exit 0 ;;
	*) printf '%s\n' "$1" >&2; die "unknown: $2" ;;
	esac
}

# hash_files PATH...: one name for the content of all files under the paths, whatever their dates.
# In a path that does not exist there are no files.
hash_files() {
	local path
	for path; do
		[ ! -e "$path" ] || find -L "$path" -type f ! -name '*.o' ! -name '*.cmd' -print0
	done | LC_ALL=C sort -z | xargs -0 -r sha256sum | sed "s|  $TOP/|  |" | sha256sum | cut -c1-16
}

hash_text() {
	printf '%s\n' "$@" | sha256sum | cut -c1-16
}

# publish FILE NAME: makes FILE the NAME of this checkout. A concurrent reader finds the old one or the new one.
publish() {
	[ "$(readlink "$OUT_DIR/$2")" != "$1" ] || return 0
	ln -sfn "$1" "$OUT_DIR/$2.new.$$"
	mv -Tf "$OUT_DIR/$2.new.$$" "$OUT_DIR/$2"
}

# with_lock NAME: holds the cache's lock of that name until the script ends or takes another one, so that two
# builds at once do not write the same files.
with_lock() {
	mkdir -p "$CACHE/locks"
	exec 9>"$CACHE/locks/$1"
	if ! flock -n 9; then
		printf 'Waiting for another build (%s) to end ...\n' "$1"
		flock 9
	fi
}

unlock() {
	exec 9>&-
}

# find_root: sets as_root, the words by which a command runs as root; fails if there is no way.
find_root() {
	as_root=()
	[ "$(id -u)" -ne 0 ] || return 0
	sudo -n true 2>/dev/null || { command -v sudo >/dev/null && [ -t 0 ] && sudo -v; } || return 1
	# shellcheck disable=SC2034 # for the scripts
	as_root=(sudo)
}

# keep_newest N PATH...: removes all but the N files or directories used last. Those in use in the last hours are kept, too:
# the tests of another checkout may still run on it.
keep_newest() {
	local keep=$1 old
	shift
	# shellcheck disable=SC2012 # the names are ours: hexadecimal
	{ ls -1dt -- "$@" 2>/dev/null || true; } | tail -n +$((keep + 1)) | while read -r old; do
		[ -n "$(find "$old" -maxdepth 0 -mmin -360)" ] || rm -rf -- "$old"
	done
}

# process_tree PID: that process and all that it has started.
process_tree() {
	local child
	echo "$1"
	# shellcheck disable=SC2013 # the output is a list of numbers
	for child in $(cat "/proc/$1/task"/*/children 2>/dev/null); do process_tree "$child"; done
}

# nested COMMAND...: runs another script of ours. It does not go on when this one is killed.
nested() {
	setpriv --pdeathsig TERM -- "$@"
}
