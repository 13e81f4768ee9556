// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the DSP misbehave, for tests of what becomes of it: what is written to "provoke" in the
 * debugfs directory is sent to the DSP, which honours it only if it was started with
 * vsoc_dsp.provoke=1.
 *
 *	KIND [ARGUMENT] [before REQUEST | after REQUEST | indication | in MILLISECONDS]
 *
 * See enum audio_provoke_kind and enum audio_provoke_when for what they mean. Without the last
 * part it happens at once; "read", "write", "jump" and "stale" are answered when they have
 * happened, so that the write(2) fails if the DSP has crashed over them. What "read" or "stale"
 * loaded can be read.
 *
 *	fill
 *
 * This one is not for the DSP: it leaves no room for messages to it, until it reads.
 */
#include <kunit/visibility.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../vsoc-audio.h"

#define TEXT_MAX_BYTES	80

static const struct {
	const char *name;
	u32 kind;
	bool has_argument;
} kinds[] = {
	{ "read",	AUDIO_PROVOKE_READ,	true },
	{ "write",	AUDIO_PROVOKE_WRITE,	true },
	{ "jump",	AUDIO_PROVOKE_JUMP,	true },
	{ "stale",	AUDIO_PROVOKE_STALE,	true },
	{ "undefined",	AUDIO_PROVOKE_UNDEFINED },
	{ "panic",	AUDIO_PROVOKE_PANIC },
	{ "stack",	AUDIO_PROVOKE_STACK },
	{ "hang",	AUDIO_PROVOKE_HANG },
	{ "stuck",	AUDIO_PROVOKE_STUCK },
	{ "dead",	AUDIO_PROVOKE_DEAD },
	{ "deaf",	AUDIO_PROVOKE_DEAF },
	{ "deaf-for",	AUDIO_PROVOKE_DEAF,	true },
	{ "mute",	AUDIO_PROVOKE_MUTE },
	{ "mute-qmi",	AUDIO_PROVOKE_MUTE_QMI },
	{ "trb",	AUDIO_PROVOKE_TRB,	true },
	{ "babble",	AUDIO_PROVOKE_BABBLE,	true },
	{ "distort",	AUDIO_PROVOKE_DISTORT,	true },
	{ "off",	AUDIO_PROVOKE_OFF },
	{ "announce",	AUDIO_PROVOKE_ANNOUNCE,	true },
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

static int parse_kind(char **text, struct audio_provoke *provoke)
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

	provoke->kind = cpu_to_le32(kinds[i].kind);
	if (!kinds[i].has_argument)
		return 0;
	word = next_word(text);
	err = word ? kstrtou64(word, 0, &argument) : -EINVAL;
	if (!err)
		provoke->argument = cpu_to_le64(argument);
	return err;
}

static int parse_when(char **text, struct audio_provoke *provoke)
{
	char *word = next_word(text);
	unsigned int i;
	u32 ms;
	int err;

	if (!word)
		return 0;
	if (!strcmp(word, "indication")) {
		provoke->when = cpu_to_le32(AUDIO_PROVOKE_INDICATION);
		return 0;
	}
	if (!strcmp(word, "in")) {
		word = next_word(text);
		err = word ? kstrtou32(word, 0, &ms) : -EINVAL;
		if (err)
			return err;
		provoke->when = cpu_to_le32(AUDIO_PROVOKE_LATER);
		provoke->type = cpu_to_le32(ms);
		return 0;
	}
	if (!strcmp(word, "before"))
		provoke->when = cpu_to_le32(AUDIO_PROVOKE_BEFORE);
	else if (!strcmp(word, "after"))
		provoke->when = cpu_to_le32(AUDIO_PROVOKE_AFTER);
	else
		return -EINVAL;

	word = next_word(text);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (word && !strcmp(word, requests[i].name)) {
			provoke->type = cpu_to_le32(requests[i].type);
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * vsoc_audio_provoke_parse() - what a line of text asks for
 * @text: NUL-terminated; changed
 * @provoke: what to fill in
 *
 * Return: 0; -EINVAL, or -ERANGE if a number is too large.
 */
int vsoc_audio_provoke_parse(char *text, struct audio_provoke *provoke)
{
	int err;

	memset(provoke, 0, sizeof(*provoke));
	err = parse_kind(&text, provoke);
	if (err)
		return err;
	err = parse_when(&text, provoke);
	if (err)
		return err;
	return next_word(&text) ? -EINVAL : 0;
}
EXPORT_SYMBOL_IF_KUNIT(vsoc_audio_provoke_parse);

static ssize_t provoke_write(struct file *file, const char __user *user, size_t count,
			     loff_t *offset)
{
	struct vsoc_audio *audio = file_inode(file)->i_private;
	struct audio_provoked provoked;
	struct audio_provoke provoke;
	char text[TEXT_MAX_BYTES];
	int err;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, count))
		return -EFAULT;
	text[count] = '\0';
	if (!strcmp(strim(text), "fill"))
		return vsoc_audio_ipc_fill(audio->ipc) ?: count;
	err = vsoc_audio_provoke_parse(text, &provoke);
	if (err)
		return err;

	err = vsoc_audio_ipc_call(audio->ipc, AUDIO_CONTROL_PROVOKE, &provoke,
				  sizeof(provoke), &provoked, sizeof(provoked));
	if (err)
		return err;
	WRITE_ONCE(audio->provoked, le64_to_cpu(provoked.value));
	return count;
}

static int provoke_show(struct seq_file *seq, void *unused)
{
	struct vsoc_audio *audio = seq->private;

	seq_printf(seq, "%#llx\n", READ_ONCE(audio->provoked));
	return 0;
}

static int provoke_open(struct inode *inode, struct file *file)
{
	return single_open(file, provoke_show, inode->i_private);
}

static const struct file_operations provoke_fops = {
	.owner = THIS_MODULE,
	.open = provoke_open,
	.read = seq_read,
	.write = provoke_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * vsoc_audio_provoke_create() - create the file in the audio device's debugfs directory
 * @audio: the audio device
 */
void vsoc_audio_provoke_create(struct vsoc_audio *audio)
{
	debugfs_create_file("provoke", 0600, audio->debugfs, audio, &provoke_fops);
}
