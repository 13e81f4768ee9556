// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the DSP misbehave, for tests of how the AP copes: a line that is written to "fault" in the
 * debugfs directory is sent to the DSP as a request. The DSP honours it only if it was started with
 * vsoc_dsp.fault_injection=1 and its firmware was built with fault injection.
 *
 *	KIND [ARGUMENT] [before REQUEST | after REQUEST | indication | in MILLISECONDS]
 *
 * See enum dsp_fault_kind and enum dsp_fault_when for their meaning. Without the last part it
 * happens at once; "read", "write", "jump" and "stale" are answered when they have happened, so
 * that the write(2) fails if the DSP has crashed over them. The file's content is the value that
 * "read" or "stale" loaded.
 *
 *	fill
 *
 * This one is not for the DSP: it leaves no room for messages to it, until it reads.
 */
#include <kunit/visibility.h>
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/rpmsg.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../vsoc-audio-ipc-priv.h"
#include "../vsoc-audio.h"
#include "vsoc-audio-fault.h"

#define TEXT_MAX_BYTES	80
#define FILL_MESSAGES	2048

static u64 loaded_value;	/* by the DSP, at the last request */

static const struct {
	const char *name;
	u32 kind;
	bool has_argument;
} kinds[] = {
	{ "read", DSP_FAULT_READ, true },
	{ "write", DSP_FAULT_WRITE, true },
	{ "jump", DSP_FAULT_JUMP, true },
	{ "stale", DSP_FAULT_STALE, true },
	{ "undefined", DSP_FAULT_UNDEFINED },
	{ "panic", DSP_FAULT_PANIC },
	{ "stack", DSP_FAULT_STACK },
	{ "hang", DSP_FAULT_HANG },
	{ "stuck", DSP_FAULT_STUCK },
	{ "dead", DSP_FAULT_DEAD },
	{ "ignore-rx", DSP_FAULT_IGNORE_RX },
	{ "ignore-rx-for", DSP_FAULT_IGNORE_RX, true },
	{ "drop-tx", DSP_FAULT_DROP_TX },
	{ "ignore-indications", DSP_FAULT_IGNORE_INDICATIONS },
	{ "trb", DSP_FAULT_TRB, true },
	{ "flood", DSP_FAULT_FLOOD, true },
	{ "corrupt-position", DSP_FAULT_CORRUPT_POSITION, true },
	{ "off", DSP_FAULT_OFF },
	{ "forge-announcement", DSP_FAULT_FORGE_ANNOUNCEMENT, true },
};

static const struct {
	const char *name;
	u32 type;
} requests[] = {
	{ "hello",		AUDIO_CONTROL_HELLO },
	{ "controller-add",	AUDIO_CONTROL_CONTROLLER_ADD },
	{ "controller-remove",	AUDIO_CONTROL_CONTROLLER_REMOVE },
	{ "setup",		AUDIO_CONTROL_SETUP },
	{ "start",		AUDIO_CONTROL_START },
	{ "stop",		AUDIO_CONTROL_STOP },
	{ "release",		AUDIO_CONTROL_RELEASE },
	{ "get-stats",		AUDIO_CONTROL_GET_STATS },
};

static char *next_word(char **text)
{
	char *word;

	do
		word = strsep(text, " \t\n");
	while (word && !*word);
	return word;
}

static int parse_kind(char **text, struct dsp_fault_request *request)
{
	char *word = next_word(text);
	unsigned int i;
	u64 argument;
	int err;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (word && !strcmp(word, kinds[i].name))
			break;
	}
	if (i == ARRAY_SIZE(kinds))
		return -EINVAL;

	request->kind = cpu_to_le32(kinds[i].kind);
	if (!kinds[i].has_argument)
		return 0;
	word = next_word(text);
	err = word ? kstrtou64(word, 0, &argument) : -EINVAL;
	if (!err)
		request->argument = cpu_to_le64(argument);
	return err;
}

static int parse_when(char **text, struct dsp_fault_request *request)
{
	char *word = next_word(text);
	unsigned int i;
	u32 ms;
	int err;

	if (!word)
		return 0;
	if (!strcmp(word, "indication")) {
		request->when = cpu_to_le32(DSP_FAULT_INDICATION);
		return 0;
	}
	if (!strcmp(word, "in")) {
		word = next_word(text);
		err = word ? kstrtou32(word, 0, &ms) : -EINVAL;
		if (err)
			return err;
		request->when = cpu_to_le32(DSP_FAULT_LATER);
		request->type = cpu_to_le32(ms);
		return 0;
	}
	if (!strcmp(word, "before"))
		request->when = cpu_to_le32(DSP_FAULT_BEFORE);
	else if (!strcmp(word, "after"))
		request->when = cpu_to_le32(DSP_FAULT_AFTER);
	else
		return -EINVAL;

	word = next_word(text);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (word && !strcmp(word, requests[i].name)) {
			request->type = cpu_to_le32(requests[i].type);
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * vsoc_audio_fault_parse() - make a request of a line of text
 * @text: NUL-terminated; changed
 * @request: filled in
 *
 * Return: 0; -EINVAL, or -ERANGE if a number is too large.
 */
int vsoc_audio_fault_parse(char *text, struct dsp_fault_request *request)
{
	int err;

	memset(request, 0, sizeof(*request));
	err = parse_kind(&text, request);
	if (err)
		return err;
	err = parse_when(&text, request);
	if (err)
		return err;
	return next_word(&text) ? -EINVAL : 0;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_fault_parse);

/*
 * Leaves no room for messages to the DSP: the channel is filled with messages that the DSP drops
 * without an answer, as soon as it reads them.
 */
static int fill_channel(struct vsoc_audio_ipc *ipc)
{
	struct audio_control_header nonsense = { .type = cpu_to_le16(AUDIO_CONTROL_REPLY) };
	unsigned int i;
	int err = 0;

	guard(mutex)(&ipc->tx_lock);

	/* More than there are buffers. A DSP that reads all the time may make room for ever. */
	for (i = 0; ipc->ept && i < FILL_MESSAGES && !err; i++)
		err = rpmsg_trysend(ipc->ept, &nonsense, sizeof(nonsense));
	return err == -ENOMEM ? 0 : -EIO;
}

static ssize_t fault_write(struct file *file, const char __user *user, size_t count,
			   loff_t *offset)
{
	struct vsoc_audio *audio = file_inode(file)->i_private;
	struct dsp_fault_reply reply;
	struct dsp_fault_request request;
	char text[TEXT_MAX_BYTES];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	if (!strcmp(strim(text), "fill"))
		return fill_channel(audio->ipc) ?: count;
	err = vsoc_audio_fault_parse(text, &request);
	if (err)
		return err;

	err = vsoc_audio_ipc_call(audio->ipc, DSP_FAULT_REQUEST, &request,
				  sizeof(request), &reply, sizeof(reply));
	if (err)
		return err;
	WRITE_ONCE(loaded_value, le64_to_cpu(reply.value));
	return count;
}

static int fault_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%#llx\n", READ_ONCE(loaded_value));
	return 0;
}

static int fault_open(struct inode *inode, struct file *file)
{
	return single_open(file, fault_show, inode->i_private);
}

static const struct file_operations fault_fops = {
	.owner = THIS_MODULE,
	.open = fault_open,
	.read = seq_read,
	.write = fault_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * vsoc_audio_fault_create() - create the file in the audio device's debugfs directory
 * @audio: the audio device
 */
void vsoc_audio_fault_create(struct vsoc_audio *audio)
{
	debugfs_create_file("fault", 0600, audio->debugfs, audio, &fault_fops);
}
