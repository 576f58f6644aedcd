/* engine.c  A pair of engines under any commands, good and bad, with damaged frames now and then: events come in order of
 * time, and no channel 1..15 is ever made to send 0000.
 */
#define _POSIX_C_SOURCE 200112L

#include "engine.h"

#include "input.h"

#include <fcntl.h>
#include <unistd.h>

enum { CLIPS = 3, CLIP_OCTETS = 700, RING = 1024 };

struct side {
	struct engine         *engine;
	struct engine_recorder recorder;
	uint64_t               last;
};

static uint8_t                  octets[CLIP_OCTETS];
static struct engine_clip       clips[CLIPS];
static const struct engine_tone TONES[] = {
	{.hz = {697, 1209}, .dbm0 = {-6, -6}, .on = {320}, .off = {320}, .repeats = 2},
	{.hz = {1380, 1500}, .dbm0 = {-11, -11}, .until = EV_MFC_ON},
	{.hz = {1140, 1020}, .dbm0 = {-11, -11}, .until = EV_MFC_OFF},
	{.hz = {1140, 1020}, .dbm0 = {-11, -11}, .until = UINT32_MAX}, /* passed over */
};

static void prepare(struct input *in)
{
	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)(i < 64 ? input_octet(in) : octets[i - 64] + i / 64);
	for (uint32_t i = 0; i < CLIPS; i++)
		clips[i] = (struct engine_clip){.octets = octets + i, .length = 64 + 200 * i};
}

static void open_side(struct side *s, uint32_t spans, uint32_t lines, uint32_t tick)
{
	const struct engine_config config = {spans, lines, 4, tick, 20, 3};
	const size_t               size = engine_size(&config);

	must(size > 0);
	memset(s, 0, sizeof *s);
	s->engine = engine_init(exactly(size), &config);
	s->recorder.ring = exactly(RING);
	s->recorder.size = RING;
	s->recorder.sides = 2;
}

static const void *data_of(struct side *s, struct input *in, uint16_t op)
{
	switch (op) {
	case OP_PLAY:
	case OP_SPOT:
		return input_below(in, 8) ? clips : NULL;
	case OP_SEND_TONE:
		return input_below(in, 8) ? &TONES[input_below(in, sizeof TONES / sizeof *TONES)] : NULL;
	case OP_RECORD:
		return &s->recorder;
	default:
		return NULL;
	}
}

static uint32_t value_of(struct input *in, uint16_t op)
{
	if (op == OP_PLAY || op == OP_SPOT)
		return input_below(in, CLIPS + 1);
	return input_below(in, 8) ? input_below(in, 40) : input_word(in);
}

static void command(struct side *s, struct input *in)
{
	const uint16_t              op = (uint16_t)input_below(in, OP_SPAN_ALARM + 3);
	const struct engine_command c = {
		.port = input_below(in, 40), .op = op, .value = value_of(in, op), .data = data_of(s, in, op),
	};

	(void)engine_post(s->engine, &c);
}

static void read_events(struct side *s)
{
	struct engine_event e;

	while (engine_events(s->engine, &e, 1) == 1) {
		must(e.at >= s->last);
		must(e.kind != EV_SIGNAL || e.port >= 15 || e.code != 0);
		s->last = e.at;
	}
}

static void damage(struct side *s, struct input *in, uint32_t tick)
{
	engine_span_rx(s->engine, 0)[input_below(in, 32 * tick)] = input_octet(in);
	engine_line_signal(s->engine, 0, input_octet(in) & 3);
	engine_tick(s->engine);
}

static void step(struct side *a, struct side *b, struct input *in, uint32_t tick, int sink)
{
	for (uint32_t i = input_below(in, 6); i > 0; i--)
		command(input_octet(in) & 1 ? a : b, in);
	if (input_below(in, 50) == 1)
		damage(a, in, tick);
	(void)engine_run_pair(a->engine, b->engine, 1u + input_below(in, 8));
	if (input_below(in, 4) == 0)
		(void)recorder_drain(&a->recorder, sink);
	if (input_below(in, 3) == 0) {
		read_events(a);
		read_events(b);
	}
}

static void close_side(struct side *s)
{
	free(s->recorder.ring);
	free(s->engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t TICKS[] = {16, 64, 80};
	static int            sink = -1;
	struct input          in = {data, size};
	const uint32_t        tick = TICKS[input_below(&in, 3)];
	struct side           a;
	struct side           b;

	if (sink < 0)
		sink = open("/dev/null", O_WRONLY);
	prepare(&in);
	open_side(&a, 1, 3, tick);
	open_side(&b, 1, 2, tick);
	while (in.left > 0)
		step(&a, &b, &in, tick, sink);
	close_side(&b);
	close_side(&a);
	return 0;
}
