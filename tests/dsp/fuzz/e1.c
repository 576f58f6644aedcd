/* e1.c  Frames taken apart whatever they are; frames that were built come back as the speech they carry. */
#define _POSIX_C_SOURCE 200112L

#include "e1.h"

#include "input.h"

enum { LONGEST = 100 };

static void take(struct e1_receiver *r, struct input *in)
{
	const size_t      samples = input_below(in, LONGEST + 1);
	uint8_t          *frames = input_copy(in, samples * ENGINE_TIMESLOTS);
	uint8_t          *speech = exactly(samples * ENGINE_CHANNELS);
	struct detection *out = exactly(3 * (samples + 1) * sizeof *out);

	r->slip = (uint8_t)input_below(in, 4);
	r->is_silent = input_octet(in) & 1;
	r->dropped[0] = input_octet(in);
	r->dropped[16] = input_octet(in);

	const size_t found = e1_take(r, frames, speech, samples, out, 3 * (samples + 1));

	must(found <= 3 * (samples + 1));
	for (size_t i = 0; i < found; i++)
		must(out[i].offset >= 1 && out[i].offset <= samples && (i == 0 || out[i].offset >= out[i - 1].offset));
	free(out);
	free(speech);
	free(frames);
}

static void build(struct e1_sender *s, struct input *in)
{
	const size_t       samples = input_below(in, LONGEST + 1);
	uint8_t           *said = input_copy(in, samples * ENGINE_CHANNELS);
	uint8_t           *heard = exactly(samples * ENGINE_CHANNELS);
	uint8_t           *frames = exactly(samples * ENGINE_TIMESLOTS);
	struct detection  *out = exactly(3 * (samples + 1) * sizeof *out);
	struct e1_receiver r;

	s->nibble[input_below(in, ENGINE_CHANNELS)] = input_octet(in) & 0x0F;
	s->remote_alarm = input_octet(in) & 1;
	s->multiframe_alarm = input_octet(in) & 1;
	e1_build(s, frames, said, samples);
	e1_receiver_init(&r, 20);
	(void)e1_take(&r, frames, heard, samples, out, 3 * (samples + 1));
	must(memcmp(said, heard, samples * ENGINE_CHANNELS) == 0);
	free(out);
	free(frames);
	free(heard);
	free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input       in = {data, size};
	struct e1_receiver r;
	struct e1_sender   s;

	e1_receiver_init(&r, input_below(&in, 1001));
	e1_sender_init(&s);
	while (in.left > 0)
		if (input_octet(&in) & 1)
			take(&r, &in);
		else
			build(&s, &in);
	return 0;
}
