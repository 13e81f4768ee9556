# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The kernel configurations that our code has to compile in, and how it is compiled there: only our files and those that a patch
# changes. For scripts/lint, which takes three of them, and scripts/lint-matrix, which takes all. Include common.sh first.

# The kernel's source; the including script sets it.
tree=

configurations=(
	vsoc		# as the virtual SoC has it
	built-in	# without KUnit, and nothing is a module
	no-pm		# without power management; so without the class driver, but with the layers below it
	modular		# USB, ALSA, QRTR and rpmsg are modules, too
	no-modules	# there are none, and the tests are built in
	no-suspend	# power management, but no system sleep
	no-debugfs
	off		# all options of ours are off: the patches alone
	parts		# soc-usb and the sideband without the class driver, remote processors that are trusted
	16k-pages
	x86-64-up	# one processor
	i386-pae	# addresses are longer than pointers; a warning is an error
)

# Everything that we have an option for.
our_options='SND_SOC_USB|USB_OFFLOAD|USB_XHCI_SIDEBAND|SND_USB_AUDIO_OFFLOAD|VSOC|RPMSG_HARDENING|QRTR_HARDENING|RPMSG_KUNIT'
# Options that only the virtual SoC needs, so that another architecture's kernel is small.
vsoc_only='FTRACE|KPROBE|FAIL|FAULT|FUNCTION_ERROR|9P|NETWORK_FILE|BLOCK|BLK_DEV|SWAP|HIBERNATION|HID|INPUT|KEYBOARD|GPIO|VIRTIO_CONSOLE|IKCONFIG|MAGIC'

# base: the options of the virtual SoC.
base() { cat "$TOP"/vsoc/kernel{,-test,-overlay,-overlay-test}.config; }

# without PATTERN: a configuration without some lines. as PATTERN FROM TO: those of that pattern that are set to FROM become TO.
without() { grep -vE "^CONFIG_($1)" || true; }
as() { sed -E "s/^(CONFIG_$1)=$2\$/\\1=$3/"; }

# lines_of CONFIGURATION: its options, on top of allnoconfig.
lines_of() {
	case $1 in
	vsoc) base ;;
	built-in) without '.*KUNIT' < <(base) | as '.*' m y ;;
	no-pm)
		without 'PM|SUSPEND|HIBERNATION' < <(base)
		echo 'CONFIG_SND_SOC_USB=m'
		echo 'CONFIG_USB_XHCI_SIDEBAND=y'
		;;
	modular) as '(USB|SOUND|SND|SND_PCM|SND_SOC|QRTR|QRTR_SMD|RPMSG_VIRTIO|VIRTIO|VIRTIO_PCI|VIRTIO_CONSOLE|HID|HID_GENERIC|NET_9P|NET_9P_VIRTIO|9P_FS)' y m < <(base) ;;
	no-modules) without 'MODULE' < <(base) | as '.*' m y ;;
	no-suspend) without 'SUSPEND|HIBERNATION|PM_SLEEP' < <(base) ;;
	no-debugfs) without 'DEBUG_FS|.*_DEBUGFS|FAIL|FAULT|DYNAMIC_DEBUG|SND_USB_AUDIO_OFFLOAD_FAKE_DSP' < <(base) ;;
	off) without "$our_options" < <(base) ;;
	parts)
		without "$our_options|.*KUNIT" < <(base)
		printf 'CONFIG_%s\n' SND_SOC_USB=m USB_XHCI_SIDEBAND=y VSOC=y VSOC_DSP=y VSOC_XHCI=m
		;;
	16k-pages)
		without 'ARM64_(4K|VA_BITS)' < <(base)
		printf 'CONFIG_%s\n' ARM64_16K_PAGES=y ARM64_VA_BITS_47=y
		;;
	x86-64-up)
		without "$vsoc_only|.*KUNIT|SMP|NR_CPUS" < <(base)
		echo 'CONFIG_64BIT=y'
		;;
	i386-pae)
		without "$vsoc_only" < <(base)
		printf 'CONFIG_%s\n' M686=y HIGHMEM64G=y WERROR=y
		;;
	*) die "no such configuration: $1; they are ${configurations[*]}" ;;
	esac
}

# Options that the result has to have, besides those of all configurations.
has_to_have() {
	case $1 in
	vsoc) echo CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	built-in) printf '%s\n' CONFIG_SND_USB_AUDIO_OFFLOAD=y CONFIG_VSOC_AUDIO=y '# CONFIG_KUNIT is not set' ;;
	no-pm) printf '%s\n' '# CONFIG_PM is not set' CONFIG_SND_SOC_USB=m CONFIG_USB_XHCI_SIDEBAND=y ;;
	modular) printf 'CONFIG_%s=m\n' USB SND SND_SOC QRTR RPMSG SND_USB_AUDIO_OFFLOAD ;;
	no-modules) printf '%s\n' '# CONFIG_MODULES is not set' CONFIG_SND_USB_AUDIO_OFFLOAD=y CONFIG_VSOC_AUDIO_KUNIT_TEST=y ;;
	no-suspend) printf '%s\n' CONFIG_PM=y '# CONFIG_SUSPEND is not set' CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	no-debugfs) printf '%s\n' '# CONFIG_DEBUG_FS is not set' CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	off) printf '%s\n' '# CONFIG_USB_XHCI_SIDEBAND is not set' '# CONFIG_QRTR_HARDENING is not set' CONFIG_SND_USB_AUDIO=m ;;
	parts) printf '%s\n' CONFIG_SND_SOC_USB=m CONFIG_USB_XHCI_SIDEBAND=y '# CONFIG_RPMSG_HARDENING is not set' ;;
	16k-pages) printf '%s\n' CONFIG_ARM64_16K_PAGES=y CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	x86-64-up) printf '%s\n' CONFIG_X86_64=y '# CONFIG_SMP is not set' CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	i386-pae) printf '%s\n' CONFIG_X86_PAE=y CONFIG_SMP=y CONFIG_WERROR=y CONFIG_SND_USB_AUDIO_OFFLOAD=m ;;
	esac
}

arch_of() {
	case $1 in
	x86*) echo x86_64 ;;
	i386*) echo i386 ;;
	*) echo arm64 ;;
	esac
}

# configured_make CONFIGURATION ARGUMENT...
configured_make() {
	local name=$1 cross=$CROSS_COMPILE
	shift
	[ "$(arch_of "$name")" = arm64 ] || cross=
	make -C "$tree" O="$tree-lint-$name" ARCH="$(arch_of "$name")" CROSS_COMPILE="$cross" "$@"
}

# prepare_configuration CONFIGURATION: where it is the last run's, there is nothing to prepare that the compilation would not.
prepare_configuration() {
	local name=$1 objects=$tree-lint-$1 line missing=()
	mkdir -p "$objects"
	lines_of "$name" >"$objects/lint.wanted"
	if cmp -s "$objects/lint.wanted" "$objects/lint.config" &&
		[ -z "$(find "$tree" -name 'Kconfig*' -newer "$objects/lint.config" -print -quit)" ]; then
		return
	fi
	rm -f "$objects/lint.config"
	configured_make "$name" KCONFIG_ALLCONFIG="$objects/lint.wanted" allnoconfig
	while read -r line; do
		grep -qxF "$line" "$objects/.config" || missing+=("$line")
	done < <(has_to_have "$name")
	if [ ${#missing[@]} -gt 0 ]; then
		echo "error: configuration $name does not have ${missing[*]}"
		return 1
	fi
	configured_make "$name" -j"$JOBS" prepare
	cp "$objects/lint.wanted" "$objects/lint.config"
}

# objects_of CONFIGURATION FILE...: the objects of those of these source files (paths in the tree) that it compiles.
objects_of() {
	local name=$1 dir
	shift
	printf '%s\n' "$@" | sed -n 's/\.c$/.o/p' | LC_ALL=C sort >"$tree-lint-$name/lint.ours"
	sed 's|/[^/]*$||' "$tree-lint-$name/lint.ours" | sort -u | while read -r dir; do
		[ ! -e "$tree/$dir/Makefile" ] || (cd "$tree" && make -s -f "$TOP/scripts/lib/objects.mk" OBJECTS="$tree-lint-$name" DIR="$dir")
	done | LC_ALL=C sort -u | LC_ALL=C comm -12 - "$tree-lint-$name/lint.ours"
}

# divisions DIRECTORY OBJECT...: those of 64 bits, for which a 32-bit kernel has no operator.
divisions() {
	local object
	cd "$1" || return
	shift
	for object; do
		[ ! -e "$object" ] || nm -uA "$object"
	done | sed -nE 's/\.o: +U (__u?(div|mod)di3)$/.c: error: a division of 64 bits, by \1()/p'
}

# compile_configuration CONFIGURATION [make's arguments] -- FILE...: compiles those of the files that it has. Those that changed
# since a run without complaints, or else all of them, as a file that is not compiled does not complain.
compile_configuration() {
	local name=$1 objects=$tree-lint-$1 arguments=() targets
	shift
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	mapfile -t targets < <(objects_of "$name" "$@")
	echo "  ${#targets[@]} files in configuration $name"
	[ ${#targets[@]} -gt 0 ] || return 0
	[ -e "$objects/lint.clean" ] || (cd "$objects" && rm -f "${targets[@]}")
	rm -f "$objects/lint.clean"
	configured_make "$name" -k -j"$JOBS" "${arguments[@]}" "${targets[@]}" || true
	[ "$(arch_of "$name")" != i386 ] || divisions "$objects" "${targets[@]}"
}

# in_tree FILE: the file that an overlay file becomes in the tree.
in_tree() {
	case $1 in
	linux/*) echo "${1#linux/}" ;;
	vsoc/linux/*) echo "drivers/soc/vsoc/${1#vsoc/linux/}" ;;
	wire/*) echo "include/lullaby/${1#wire/}" ;;
	esac
}

# compiled_files: sets ours and patched, the files in the tree that are ours and those that a patch changes.
compiled_files() {
	local file
	mapfile -t ours < <(cd "$TOP" && find linux vsoc/linux wire -name '*.[ch]' | LC_ALL=C sort | while read -r file; do in_tree "$file"; done)
	mapfile -t patched < <(cat "$TOP"/linux/patches/*/*.patch | sed -n 's|^+++ b/\(.*\.[ch]\)$|\1|p' | LC_ALL=C sort -u)
	printf '%s\n' "${ours[@]}" >"$LOG_DIR/lint-ours"
	printf '%s\n' "${patched[@]}" >"$LOG_DIR/lint-patched"
}

# Warnings that a patch may have caused in a file of Linux. The rest is Linux's own; an error ends in one of make's.
patch_complaints='-W(error=)?(unused-(variable|function|label|value)|implicit|incompatible|int-conversion|uninitialized|maybe-uninitialized|return-type|format=|sizeof)'

# strictly_in CONFIGURATION [make's arguments]: compiles our files and those with a patch, with every warning. Keeps only complaints
# about our files, and those that a patch may have caused: upstream's headers and files have warnings of their own, which sparse announces.
strictly_in() {
	local name=$1 log=$LOG_DIR/lint-$1.log warnings=(W=1)
	shift
	# There a warning is an error, and Linux's own files have some.
	[ "$name" != i386-pae ] || warnings=()
	step "Configuring: $name" "lint-$name-configure.log" 0 prepare_configuration "$name"
	step "Compiling: $name" "lint-$name-build.log" 0 compile_configuration "$name" "${warnings[@]}" "$@" -- "${ours[@]}" "${patched[@]}"
	grep -E '(warning|error|note):' "$LOG_DIR/lint-$name-build.log" | grep -v 'note: in included file' | sed "s|^$tree/||" >"$log.all" || true
	{
		grep -F -f "$LOG_DIR/lint-ours" "$log.all" || true
		grep -F -f "$LOG_DIR/lint-patched" "$log.all" | grep -E -e "$patch_complaints" || true
		grep -E '^make.*\*\*\*' "$LOG_DIR/lint-$name-build.log" || true
	} >"$log"
	verdict "$name: $(sed -n 's/^  \([0-9]* files\) in configuration .*/\1/p' "$LOG_DIR/lint-$name-build.log")" "$log"
	[ -s "$log" ] || touch "$tree-lint-$name/lint.clean"
}

# verdict NAME LOG: a checker is content if its log is empty. Otherwise its name goes to failed.
failed=()
verdict() {
	if [ -s "$2" ]; then
		printf '  %-38s %d complaints\n' "$1" "$(grep -cE '(WARNING|ERROR|CHECK|error|warning|note|\((info|style)\))' "$2" || true)"
		sed 's/^/    /' "$2"
		failed+=("$1")
	else
		printf '  %-38s clean\n' "$1"
	fi
}
