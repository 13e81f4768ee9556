// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, for people and for the bench: "name value" lines under debugfs in vsoc-audio/.
 *
 * dsp_stats	the DSP's own counters, asked for at each reading, and the control channel's
 * stream<N>	where front end N is; after its end, how it went, until it is set up again
 * fault	for tests, see test/vsoc-audio-fault.c
 * mappings	this driver's mappings for the DSP: "name iova address bytes length" lines
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <asm/arch_timer.h>
#include "test/vsoc-audio-fault.h"
#include "vsoc-audio.h"

static int dsp_stats_show(struct seq_file *seq, void *unused)
{
	struct vsoc_audio *audio = seq->private;
	struct vsoc_audio_ipc_counts counts;
	struct audio_stats stats;
	int err;

	err = vsoc_audio_ipc_call(audio->ipc, AUDIO_CONTROL_GET_STATS, NULL, 0,
				  &stats, sizeof(stats));
	if (err)
		return err;
	vsoc_audio_ipc_get_counts(audio->ipc, &counts);

	seq_printf(seq, "ticks_hz %u\n", arch_timer_get_cntfrq());
	seq_printf(seq, "busy_ticks %llu\n", le64_to_cpu(stats.busy_ticks));
	seq_printf(seq, "uptime_ticks %llu\n", le64_to_cpu(stats.uptime_ticks));
	seq_printf(seq, "wakeups %llu\n", le64_to_cpu(stats.wakeups));
	seq_printf(seq, "rpmsg_dropped %u\n", le32_to_cpu(stats.rpmsg_dropped));
	seq_printf(seq, "qmi_dropped %u\n", le32_to_cpu(stats.qmi_dropped));
	seq_printf(seq, "qrtr_dropped %u\n", le32_to_cpu(stats.qrtr_dropped));
	seq_printf(seq, "control_dropped %u\n", le32_to_cpu(stats.control_dropped));
	seq_printf(seq, "ap_replies %llu\n", counts.replies);
	seq_printf(seq, "ap_notifications %llu\n", counts.notifications);
	seq_printf(seq, "ap_dropped %llu\n", counts.dropped);
	seq_printf(seq, "ap_timed_out %llu\n", counts.timed_out);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dsp_stats);

static s64 start_latency_us(const struct vsoc_audio_stream *stream,
			    const struct vsoc_audio_position *position)
{
	u64 start_ticks = READ_ONCE(stream->start_ticks);

	if (position->first_frame_ticks <= start_ticks)
		return -1;
	return mul_u64_u32_div(position->first_frame_ticks - start_ticks, USEC_PER_SEC,
			       arch_timer_get_cntfrq());
}

static int stream_stats_show(struct seq_file *seq, void *unused)
{
	struct vsoc_audio_stream *stream = seq->private;
	struct vsoc_audio_position position;

	if (!vsoc_audio_position_read(&stream->shared->dsp, &position))
		return -EAGAIN;

	seq_printf(seq, "running %u\n", position.is_running);
	seq_printf(seq, "appl_frames %llu\n",
		   le64_to_cpu(READ_ONCE(stream->shared->ap.appl_frames)));
	seq_printf(seq, "taken_frames %llu\n", position.taken_frames);
	seq_printf(seq, "released_frames %llu\n", position.released_frames);
	seq_printf(seq, "bus_frames %llu\n", position.bus_frames);
	seq_printf(seq, "gap_frames %llu\n", position.gap_frames);
	seq_printf(seq, "depth_frames %u\n", position.depth_frames);
	seq_printf(seq, "interval_uframes %u\n", position.interval_uframes);
	seq_printf(seq, "underruns %u\n", position.underruns);
	seq_printf(seq, "overruns %u\n", position.overruns);
	seq_printf(seq, "lost_intervals %u\n", position.lost_intervals);
	seq_printf(seq, "missed_services %u\n", position.missed_services);
	seq_printf(seq, "ring_underruns %u\n", position.ring_underruns);
	seq_printf(seq, "transfer_errors %u\n", position.transfer_errors);
	seq_printf(seq, "feedback_accepted %u\n", position.feedback_accepted);
	seq_printf(seq, "feedback_scaled %u\n", position.feedback_scaled);
	seq_printf(seq, "feedback_refused %u\n", position.feedback_refused);
	seq_printf(seq, "ticks_hz %u\n", arch_timer_get_cntfrq());
	seq_printf(seq, "start_ticks %llu\n", READ_ONCE(stream->start_ticks));
	seq_printf(seq, "first_transfer_ticks %llu\n", position.start_ticks);
	seq_printf(seq, "first_frame_ticks %llu\n", position.first_frame_ticks);
	seq_printf(seq, "updated_ticks %llu\n", position.updated_ticks);
	/* from the trigger to the end of the first transfer; -1: there was none */
	seq_printf(seq, "start_latency_us %lld\n", start_latency_us(stream, &position));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stream_stats);

static void show_buffer(struct seq_file *seq, struct vsoc_audio_stream *stream)
{
	struct snd_pcm_runtime *runtime;
	dma_addr_t iova;
	size_t bytes;

	guard(mutex)(&stream->notify_lock);
	if (!stream->substream)
		return;
	/* It may go while we look; then this was its address. */
	runtime = stream->substream->runtime;
	iova = READ_ONCE(runtime->dma_addr);
	bytes = READ_ONCE(runtime->dma_bytes);
	if (bytes)
		seq_printf(seq, "buffer%u iova %pad bytes %zu\n", stream->index, &iova, bytes);
}

static int mappings_show(struct seq_file *seq, void *unused)
{
	struct vsoc_audio *audio = seq->private;
	unsigned int i;

	seq_printf(seq, "positions iova %pad bytes %zu\n", &audio->streams[0].shared_iova,
		   VSOC_AUDIO_STREAMS * sizeof(*audio->streams[0].shared));
	vsoc_audio_controllers_show(audio, seq);
	for (i = 0; i < VSOC_AUDIO_STREAMS; i++)
		show_buffer(seq, &audio->streams[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mappings);

/**
 * vsoc_audio_debugfs_create() - create the directory; nothing depends on its success
 * @audio: the audio device, complete
 */
void vsoc_audio_debugfs_create(struct vsoc_audio *audio)
{
	char name[16];
	unsigned int i;

	audio->debugfs = debugfs_create_dir("vsoc-audio", NULL);
	debugfs_create_file("dsp_stats", 0400, audio->debugfs, audio, &dsp_stats_fops);
	vsoc_audio_fault_create(audio);
	debugfs_create_file("mappings", 0400, audio->debugfs, audio, &mappings_fops);
	for (i = 0; i < VSOC_AUDIO_STREAMS; i++) {
		snprintf(name, sizeof(name), "stream%u", i);
		debugfs_create_file(name, 0400, audio->debugfs, &audio->streams[i],
				    &stream_stats_fops);
	}
}

/**
 * vsoc_audio_debugfs_remove() - undo vsoc_audio_debugfs_create(); nobody reads when it returns
 * @audio: the audio device
 */
void vsoc_audio_debugfs_remove(struct vsoc_audio *audio)
{
	debugfs_remove_recursive(audio->debugfs);
}
