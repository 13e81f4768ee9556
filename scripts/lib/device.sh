# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For scripts that play to a device of the device model (docs/devices.md): finds it, reads its alternate settings, and
# chooses one of them for a WAV file.

device_library=$TOP/vsoc/devices/library
max_buffer_mib=64	# of the sound card: a few seconds of the widest formats

# buffer_options: words for the kernel's command line that allow such a buffer.
buffer_options() {
	echo "vsoc_audio.max_buffer_mib=$max_buffer_mib snd_pcm.max_alloc_per_card=$((2 * max_buffer_mib << 20))"
}

# list_devices: the names of the library, one a line.
list_devices() {
	local file
	for file in "$device_library"/*.device; do basename "$file" .device; done
}

# find_device NAME|FILE: sets device_file and device_name, or says which names there are.
find_device() {
	if [[ $1 != */* ]] && [ -f "$device_library/$1.device" ]; then
		device_file=$device_library/$1.device
		device_name=$1
	elif [ -f "$1" ]; then
		device_file=$(realpath "$1")
		device_name=$(basename "${1%.device}")
	elif [ -e "$1" ]; then
		die "DEVICE=$1: it has to be a file"
	else
		die "DEVICE=$1: there is neither such a file nor such a device; the devices are" "$(list_devices | xargs)"
	fi
}

# read_settings: sets device_settings to the output of `usbmodel settings`, or prints its complaint about device_file.
read_settings() {
	device_settings=$("$OUT_DIR/devices/usbmodel" settings "$device_file" 2>&1) || die "$device_settings"
}

# find_setting DIRECTION RATE_HZ CHANNELS BITS [STREAM]: sets `setting` to the line of device_settings that carries such
# samples without a loss, if need be in a wider format: the one with the fewest channels and then the fewest bits, and of
# equal ones the first. Fails if there is none.
find_setting() {
	setting=$(awk -v direction="$1" -v rate_hz="$2" -v channels="$3" -v bits="$4" -v stream="${5:-}" '
		function has_rate(i) {
			for (i = 13; i <= NF; i++) {
				if ($i == rate_hz) return 1
				if (split($i, ends, /\.\./) == 2 && ends[1] + 0 <= rate_hz && rate_hz <= ends[2] + 0) return 1
			}
			return 0
		}
		$2 == direction && $9 == "pcm" && (!stream || $1 == stream) && $5 >= channels && $6 >= bits && has_rate() {
			cost = $5 * 100 + $6
			if (!best || cost < least) { least = cost; best = $0 }
		}
		END { print best }' <<<"$device_settings")
	[ -n "$setting" ]
}

# split_setting: sets a variable for each word of `setting`, see `usbmodel settings`.
split_setting() {
	# shellcheck disable=SC2034 # for the scripts
	read -r stream _ interface _ setting_channels setting_bits setting_bytes _ _ synchronisation feedback loop _ <<<"$setting"
}

# describe_settings DIRECTION: the PCM formats of the device in that direction, in one line.
describe_settings() {
	awk -v direction="$1" '
		$2 == direction && $9 == "pcm" {
			rates = $13
			for (i = 14; i <= NF; i++) rates = rates " " $i
			words = $1 ": " $5 ($5 == 1 ? " channel, " : " channels, ") $6 " bit, " rates " Hz"
			if (!seen[words]++) text = text (text ? "; " : "") words
		}
		END { print text ? text : "no PCM stream" }' <<<"$device_settings"
}

# nearest_format RATE_HZ CHANNELS BITS: the format nearest to that one which some playback setting carries, as
# "RATE_HZ CHANNELS BITS". A lower rate costs most, then fewer bits, then fewer channels.
nearest_format() {
	awk -v rate_hz="$1" -v channels="$2" -v bits="$3" '
		function consider(rate, cost) {
			cost = rate == rate_hz ? 0 : rate > rate_hz ? 10000 + rate / rate_hz : 50000 + rate_hz / rate
			if ($6 < bits) cost += 1000 * (bits - $6)
			if ($5 < channels) cost += 100 * (channels - $5)
			if ($5 > channels && channels > 1) cost += $5 - channels
			if (nearest && cost >= least) return
			least = cost
			nearest = rate " " ($5 < channels ? $5 : channels) " " ($6 < bits ? $6 : bits < 16 ? 16 : bits)
		}
		$2 == "out" && $9 == "pcm" {
			for (i = 13; i <= NF; i++) {
				if (split($i, ends, /\.\./) != 2) consider($i + 0)
				else consider(rate_hz < ends[1] + 0 ? ends[1] + 0 : rate_hz > ends[2] + 0 ? ends[2] + 0 : rate_hz + 0)
			}
		}
		END { print nearest }' <<<"$device_settings"
}

# sox_line FILE RATE_HZ CHANNELS BITS: the command that makes of FILE, of such a format, one that the device carries.
sox_line() {
	local to_hz to_channels to_bits name=${1##*/}
	read -r to_hz to_channels to_bits <<<"$(nearest_format "$2" "$3" "$4")"
	printf 'sox %q -b %s -c %s %q rate %s' "$1" "$to_bits" "$to_channels" "${name%.*}-for-$device_name.wav" "$to_hz"
}
