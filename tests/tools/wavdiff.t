#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# wavdiff finds every difference, and reads nothing that is not there.
. "$(dirname "$0")/../tap.sh"

make_wav() {
	"$TOOLS/wavmake" "$@"
}

# diff_says JQ-EXPRESSION EXPECTED NAME FILE...
diff_says() {
	is "$("$TOOLS/wavdiff" --json "${@:4}" 2>&1 | jq -c "$1" 2>&1)" "$2" "$3"
}

# diff_exits STATUS NAME FILE...
diff_exits() {
	local status
	"$TOOLS/wavdiff" "${@:3}" >/dev/null 2>&1
	status=$?
	is "$status" "$1" "$2"
}

# patch FILE OFFSET BYTES: overwrites, BYTES as printf has them.
patch() {
	# shellcheck disable=SC2059 # it is for escapes
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

noise a.wav 1 2 16 9600
noise b.wav 2 2 16 4800
make_wav silence.wav --silence 48000 2 16 480

# Equal files
diff_exits 0 'a file equals itself' a.wav a.wav
make_wav padded.wav silence.wav a.wav silence.wav
diff_exits 0 'silence before and after is disregarded' a.wav padded.wav
diff_says .lead_in_frames 480 'silence before is counted' a.wav padded.wav
diff_says .frames_captured 9600 'frames captured are those of the source' a.wav padded.wav
make_wav both.wav silence.wav a.wav silence.wav b.wav silence.wav
diff_exits 0 'two sources one after the other' a.wav b.wav both.wav
diff_exits 1 'two sources in the wrong order' b.wav a.wav both.wav
diff_exits 0 'silence equals silence' silence.wav silence.wav

is "$("$TOP/tools/wavdiff" a.wav padded.wav 2>&1)" "$("$TOOLS/wavdiff" a.wav padded.wav)" 'tools/wavdiff is that program'
succeeds 'it says how it is used' "$TOP/tools/wavdiff" --help
if output=$("$TOP/tools/wavdiff" a.wav b.wav); then
	fail 'and has its exit status' "$output"
else
	pass 'and has its exit status'
fi

# Silence within a source is a difference, unless pauses are allowed
make_wav whole.wav a.wav b.wav
make_wav paused.wav silence.wav a.wav silence.wav b.wav silence.wav
diff_exits 1 'silence within a source is a difference' whole.wav paused.wav
diff_exits 0 'but not if pauses are allowed' --pauses whole.wav paused.wav
diff_says .pauses 1 'it is counted' --pauses whole.wav paused.wav
diff_says .pauses 0 'silence before and after is no pause' --pauses whole.wav whole.wav
make_wav lost.wav a.wav silence.wav
diff_exits 1 'what does not follow a pause is lost' --pauses whole.wav lost.wav
make_wav quiet.wav a.wav silence.wav b.wav
make_wav quieter.wav a.wav silence.wav silence.wav b.wav
diff_exits 0 'a pause within silence' --pauses quiet.wav quieter.wav
diff_says .pauses 1 'is counted, too' --pauses quiet.wav quieter.wav
diff_exits 1 'silence of the source has to be there' --pauses quieter.wav quiet.wav

# Every kind of difference, and where
cp a.wav wrong.wav
patch wrong.wav $((44 + 4 * 1000 + 2)) '\0001'
diff_exits 1 'one wrong byte' a.wav wrong.wav
diff_says .first_difference.frame 1000 'the frame of the wrong byte' a.wav wrong.wav
diff_says .first_difference.kind '"value"' 'a wrong byte is a wrong value' a.wav wrong.wav
diff_says .frames_wrong 1 'a wrong byte makes one frame wrong' a.wav wrong.wav
diff_says .gaps 0 'a wrong byte is no gap' a.wav wrong.wav
diff_says '.first_difference.got[0] == .first_difference.expected[0]' true 'the other channel is right' a.wav wrong.wav

# 480 frames at 4800 taken out, put in, at the end missing
head -c $((44 + 4 * 4800)) a.wav >head.raw
tail -c $((4 * 4800)) a.wav >tail.raw
{ cat head.raw; tail -c $((4 * 4320)) a.wav; } >lost.wav
patch lost.wav 40 '\x80\x8e\0\0'	# 36480 bytes
diff_says '[.gaps, .frames_lost, .frames_wrong, .first_difference.frame, .first_difference.kind]' \
	'[1,480,0,4800,"lost"]' 'lost frames are one gap' a.wav lost.wav
{ cat head.raw; head -c 1920 /dev/zero; cat tail.raw; } >inserted.wav
patch inserted.wav 40 '\x80\x9d\0\0'	# 40320 bytes
diff_says '[.gaps, .frames_inserted, .frames_wrong, .first_difference.frame, .first_difference.kind]' \
	'[1,480,0,4800,"inserted"]' 'a dropout of silence is one gap' a.wav inserted.wav
cp head.raw short.wav
patch short.wav 40 '\x00\x4b\0\0'	# 19200 bytes
diff_says '[.gaps, .frames_lost, .frames_captured]' '[1,4800,4800]' 'a missing end is lost frames' a.wav short.wav
diff_exits 1 'sound after the end' a.wav both.wav
diff_exits 1 'silence instead of sound' a.wav silence.wav

# Formats
make_wav mono.wav --noise 3 48000 1 16 4800
tail -c +45 mono.wav | od -An -v -tx2 -w2 --endian=little | tr -d ' ' |
	sed 's/\(..\)\(..\)/\\x\2\\x\1\\x\2\\x\1/' | tr -d '\n' >stereo.escaped
make_wav stereo.wav --silence 48000 2 16 4800
patch stereo.wav 44 "$(cat stereo.escaped)"
diff_exits 0 'mono is expected in both channels' mono.wav stereo.wav
patch stereo.wav $((44 + 4 * 77 + 2)) '\x12\x34'
diff_says .first_difference.frame 77 'mono that is wrong in one channel' mono.wav stereo.wav
make_wav wide.wav --noise 4 48000 2 32 480
make_wav narrow.wav --silence 48000 2 16 480
patch narrow.wav 44 "$(tail -c +45 wide.wav | od -An -v -tx1 -w4 | sed 's/^ .. .. \(..\) \(..\)/\\x\1\\x\2/' | tr -d '\n')"
diff_exits 0 'of 32 bit samples the upper 16 count' wide.wav narrow.wav
diff_exits 1 'wider samples captured than played' narrow.wav wide.wav
make_wav other-rate.wav --noise 1 44100 2 16 9600
diff_exits 2 'files of two rates cannot be compared' a.wav other-rate.wav
make_wav surround.wav --noise 1 48000 6 16 480
tail -c +45 a.wav | od -An -v -tx1 -w4 | sed 's/ /\\x/g; s/$/\\0\\0\\0\\0/' | tr -d '\n' >quad.escaped
make_wav quad.wav --silence 48000 4 16 9600
patch quad.wav 44 "$(cat quad.escaped)"
diff_exits 0 'the other channels of a device that has more are silent' a.wav quad.wav
patch quad.wav $((44 + 8 * 77 + 6)) '\x12\x34'
diff_says .first_difference.frame 77 'or it is told where they are not' a.wav quad.wav
diff_exits 1 'other channels than those of the source have to be silent' a.wav surround.wav
diff_exits 2 'files of 6 and 2 channels cannot be compared' surround.wav a.wav

# Sizes of a writer that could not come back to fill them in: the samples go on to the end
for sizes in '\0\0\0\0' '\xff\xff\xff\xff' '\x00\xf0\xff\x7f'; do
	cp a.wav piped.wav
	patch piped.wav 4 "$sizes"
	patch piped.wav 40 "$sizes"
	cp wrong.wav piped-wrong.wav
	patch piped-wrong.wav 4 "$sizes"
	patch piped-wrong.wav 40 "$sizes"
	diff_says '[.bit_exact, .frames_captured]' '[true,9600]' "sizes $sizes of what was captured" a.wav piped.wav
	diff_says '[.bit_exact, .frames_captured]' '[true,9600]' "sizes $sizes of both" piped.wav piped.wav
	diff_exits 1 "sizes $sizes, and a wrong byte" piped.wav piped-wrong.wav
	is "$("$TOOLS/wavinfo" piped.wav | sed -n 's/^frames //p')" 9600 "wavinfo: sizes $sizes"
	make_wav joined.wav piped.wav b.wav
	diff_exits 0 "sizes $sizes: wavmake joins all of it" a.wav b.wav joined.wav
done
make_wav empty.wav --silence 48000 2 16 0
diff_exits 2 'nothing does not equal nothing' empty.wav empty.wav
diff_exits 2 'nothing was played' empty.wav a.wav
diff_exits 1 'nothing arrived' a.wav empty.wav
diff_exits 2 'nothing was played behind something' a.wav empty.wav a.wav

# wavmake: an odd number of bytes is padded, and samples that do not fit are refused
make_wav odd-bytes.wav --noise 5 48000 1 24 5
is "$(stat -c %s odd-bytes.wav), $(od -An -tu4 -j4 -N4 odd-bytes.wav | tr -d ' ')" '60, 52' 'an odd number of bytes is padded'
make_wav joined.wav odd-bytes.wav odd-bytes.wav
diff_exits 0 'what was padded is joined without it' odd-bytes.wav odd-bytes.wav joined.wav
for numbers in '48000 2 16 4294967295' '48000 2 16 x' '48000 65 16 1' '48000 2 12 1' '0 2 16 1' '48000 2 16 -1'; do
	# shellcheck disable=SC2086 # these are words
	if output=$(make_wav none.wav --silence $numbers 2>&1) || [ -e none.wav ]; then
		fail "wavmake refuses $numbers" "$output"
	else
		pass "wavmake refuses $numbers"
	fi
done

# wavinfo: its messages about files that cannot be used
# wavdiff_refuses FILE TEXT NAME
wavdiff_refuses() {
	local output
	if output=$("$TOOLS/wavinfo" "$1" 2>&1); then
		fail "$3" "accepted: $output"
	elif [[ $output == *"$2"* && $(wc -l <<<"$output") -eq 1 ]]; then
		pass "$3"
	else
		fail "$3" "$output"
	fi
}
wavdiff_refuses missing.wav 'No such file' 'a missing file'
wavdiff_refuses . 'Is a directory' 'a directory'
: >empty.wav
wavdiff_refuses empty.wav 'not a WAV file' 'an empty file'
head -c 30 a.wav >cut.wav
wavdiff_refuses cut.wav 'truncated' 'a file cut within its header'
head -c 10000 a.wav >cut.wav
wavdiff_refuses cut.wav 'promises 38400 bytes of samples, 9956 are there' 'a file cut within its samples'
head -c 36 a.wav >cut.wav
wavdiff_refuses cut.wav 'no samples' 'a file that ends before its samples'
cp a.wav odd.wav
patch odd.wav 40 '\x01\x00\0\0'
wavdiff_refuses odd.wav 'no whole number' 'a part of a frame at the end'
cp a.wav tagged.wav
patch tagged.wav 20 '\x55\x00'
wavdiff_refuses tagged.wav 'MP3 (format 0x0055); accepted is PCM' 'a file that is not PCM'
patch tagged.wav 20 '\x03\x00'
wavdiff_refuses tagged.wav 'floating point' 'floating point samples'
cp a.wav other.wav
patch other.wav 0 RIFX
wavdiff_refuses other.wav 'a big-endian WAV file (RIFX)' 'a RIFX file'
patch other.wav 0 RF64
wavdiff_refuses other.wav '64-bit sizes (RF64)' 'an RF64 file'
for field in '22 \x00\x00 channels:0' '22 \xff\xff channels:65535' '34 \x0c\x00 bits:12' '34 \x00\x00 bits:0' \
	'24 \0\0\0\0 rate:0' '32 \x07\x00 frame:7' '32 \x00\x00 frame:0' '16 \x04\0\0\0 format-chunk:4' '16 \xff\xff\xff\xff format-chunk:4G'; do
	read -r offset bytes name <<<"$field"
	cp a.wav bad.wav
	patch bad.wav "$offset" "$bytes"
	wavdiff_refuses bad.wav bad.wav "a header with $name"
done

done_testing
