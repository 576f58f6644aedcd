/* random_commands.c  A pair of engines under random commands, for the sanitizers.
 *
 *     random_commands <seed> <ticks>
 *
 * Every command is tried with good and bad values.  Exit 0 when the events came in order of time and no channel
 * 1..15 was ever made to send 0000; the sanitizers end the program otherwise.
 */
#include "engine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIPS = 3, CLIP_OCTETS = 700, RING = 1024 };

struct side {
	struct engine         *engine;
	void                  *memory;
	struct engine_recorder recorder;
	uint64_t               last;
};

static uint32_t            state;
static uint8_t             octets[CLIP_OCTETS];
static struct engine_clip  clips[CLIPS];
static struct engine_tone  tone;

static uint32_t dice(uint32_t sides) /* xorshift, the same on every machine */
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % sides;
}

static void prepare(void)
{
	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)dice(256);
	for (uint32_t i = 0; i < CLIPS; i++)
		clips[i] = (struct engine_clip){.octets = octets + i, .length = 64 + 200 * i};
	tone = (struct engine_tone){.hz = {697, 1209}, .dbm0 = {-6, -6}, .on = {320}, .off = {320}, .repeats = 2};
}

static int open_side(struct side *s, uint32_t spans, uint32_t lines, uint32_t tick)
{
	const struct engine_config config = {spans, lines, 4, tick, 20, 3};
	const size_t               size = engine_size(&config);

	memset(s, 0, sizeof *s);
	s->memory = aligned_alloc(64, size);
	if (size == 0 || s->memory == NULL)
		return -1;
	s->engine = engine_init(s->memory, &config);
	s->recorder.ring = malloc(RING);
	s->recorder.size = RING;
	s->recorder.sides = 2;
	return s->recorder.ring == NULL ? -1 : 0;
}

static const void *data_of(struct side *s, uint16_t op)
{
	switch (op) {
	case OP_PLAY:
	case OP_SPOT:
		return dice(8) ? clips : NULL;
	case OP_SEND_TONE:
		return dice(8) ? &tone : NULL;
	case OP_RECORD:
		return &s->recorder;
	default:
		return NULL;
	}
}

static uint32_t value_of(uint16_t op)
{
	if (op == OP_PLAY || op == OP_SPOT)
		return dice(CLIPS + 1);
	return dice(8) ? dice(40) : dice(UINT32_MAX);
}

static void command(struct side *s)
{
	const uint16_t              op = (uint16_t)dice(OP_SPAN_ALARM + 3);
	const struct engine_command c = {.port = dice(40), .op = op, .value = value_of(op), .data = data_of(s, op)};

	(void)engine_post(s->engine, &c);
}

static int is_possible(const struct side *s, const struct engine_event *e)
{
	const int imitates_word = e->kind == EV_SIGNAL && e->port < 15 && e->code == 0;

	return e->at >= s->last && !imitates_word;
}

/* 0 when all of them can be. */
static int read_events(struct side *s)
{
	struct engine_event e;

	while (engine_events(s->engine, &e, 1) == 1) {
		if (!is_possible(s, &e))
			return -1;
		s->last = e.at;
	}
	return 0;
}

static void damage(struct side *s, uint32_t tick)
{
	engine_span_rx(s->engine, 0)[dice(32 * tick)] = (uint8_t)dice(256);
	engine_line_signal(s->engine, 0, (uint8_t)dice(4));
	engine_tick(s->engine);
}

static int play_on(struct side *a, struct side *b, uint32_t ticks, uint32_t tick)
{
	const int sink = open("/dev/null", O_WRONLY);

	for (uint32_t n = 0; n < ticks; n++) {
		for (uint32_t i = dice(6); i > 0; i--)
			command(dice(2) ? a : b);
		if (dice(50) == 0)
			damage(a, tick);
		(void)engine_run_pair(a->engine, b->engine, 1);
		if (dice(4) == 0)
			(void)recorder_drain(&a->recorder, sink);
		if (dice(3) == 0 && (read_events(a) != 0 || read_events(b) != 0))
			return -1;
	}
	return close(sink);
}

static void close_side(struct side *s)
{
	free(s->recorder.ring);
	free(s->memory);
}

int main(int argc, char **argv)
{
	static const uint32_t TICKS[] = {16, 64, 80};
	int                   rc = 0;

	if (argc != 3)
		return 2;
	state = (uint32_t)strtoul(argv[1], NULL, 10) | 1u;
	prepare();
	for (size_t i = 0; i < 3 && rc == 0; i++) {
		struct side a;
		struct side b;

		if (open_side(&a, 1, 3, TICKS[i]) != 0 || open_side(&b, 1, 2, TICKS[i]) != 0)
			return 2;
		rc = play_on(&a, &b, (uint32_t)strtoul(argv[2], NULL, 10), TICKS[i]);
		close_side(&a);
		close_side(&b);
	}
	printf("%s\n", rc == 0 ? "in order" : "an event that cannot be");
	return rc == 0 ? 0 : 1;
}
