/* layout.c  Where everything of an engine lies in the caller's memory.  Size and init run the same lines. */
#include "detectors.h"
#include "engine_state.h"

#include <string.h>

#define LINE          64u /* octets of a cache line; every array begins on one */
#define MOST_SPANS    64u
#define MOST_LINES    4096u
#define MOST_ROOMS    4096u
#define MOST_CANCELLERS 4096u
#define MOST_PERSIST  1000u /* ms */
#define FEWEST_EVENTS 4096u
#define FEWEST_ORDERS 1024u
#define ALL_DETECTORS ((1u << DETECTORS) - 1u)
#define ORDERS_A_PORT 16u /* a call that ends gives a port some eight orders, and all calls may end in one tick */

struct arena {
	uint8_t *base; /* NULL: only count */
	size_t   used;
};

static void *carve(struct arena *a, size_t count, size_t octets)
{
	uint8_t *at = a->base ? a->base + a->used : NULL;

	a->used += (count * octets + LINE - 1) / LINE * LINE;
	return at;
}

static uint32_t ring_slots(uint32_t fewest, uint32_t wanted)
{
	uint32_t slots = fewest;

	while (slots < wanted)
		slots *= 2;
	return slots;
}

static int in_range(const struct engine_config *c)
{
	if (c->spans > MOST_SPANS || c->lines > MOST_LINES || c->conferences > MOST_ROOMS || c->spans + c->lines == 0)
		return 0;
	if (c->cancellers > MOST_CANCELLERS)
		return 0;
	if (c->tick_samples != 16 && c->tick_samples != 64 && c->tick_samples != 80)
		return 0;
	return c->persist_ms <= MOST_PERSIST;
}

static void lay_speech(struct engine *e, struct arena *a)
{
	const struct engine_config *c = &e->config;
	const size_t                frame = (size_t)c->tick_samples * ENGINE_TIMESLOTS;

	e->received = carve(a, e->ports, c->tick_samples);
	e->sent = carve(a, e->ports, c->tick_samples);
	e->heard = carve(a, e->ports, c->tick_samples * sizeof *e->heard);
	e->span_rx = carve(a, c->spans, frame);
	e->span_tx = carve(a, c->spans, frame);
	e->span_alarm = carve(a, c->spans, 1);
	e->sender = carve(a, c->spans, sizeof *e->sender);
	e->receiver = carve(a, c->spans, sizeof *e->receiver);
	e->line_rx = carve(a, c->lines, c->tick_samples);
	e->line_in = carve(a, c->lines, 1);
	e->line_reported = carve(a, c->lines, 1);
	e->line_out = carve(a, c->lines, 1);
	e->detect = carve(a, e->ports, sizeof *e->detect);
	e->recorder = carve(a, e->ports * ENGINE_TRACKS, sizeof *e->recorder);
}

static void lay_movers(struct engine *e, struct arena *a)
{
	const struct engine_config *c = &e->config;
	struct player              *p = &e->player;
	struct spotter             *s = &e->spotter;

	e->matrix.link = carve(a, e->ports, sizeof *e->matrix.link);
	e->matrix.conference = carve(a, e->ports, sizeof *e->matrix.conference);
	e->matrix.members = carve(a, c->conferences, sizeof *e->matrix.members);
	e->matrix.gain = carve(a, e->ports, sizeof *e->matrix.gain);
	e->matrix.most = carve(a, c->conferences, 1);
	e->matrix.loudest = carve(a, (size_t)c->conferences * ENGINE_MOST_LOUDEST, sizeof *e->matrix.loudest);
	e->matrix.level = carve(a, e->ports, sizeof *e->matrix.level);
	e->matrix.chosen = carve(a, e->ports, 1);
	e->matrix.sum = carve(a, c->conferences, c->tick_samples * sizeof *e->matrix.sum);
	e->matrix.aside = carve(a, e->ports, 1);
	e->matrix.whispered = carve(a, c->conferences, c->tick_samples * sizeof *e->matrix.whispered);
	p->clips = carve(a, e->ports, sizeof(struct engine_clip *));
	p->count = carve(a, e->ports, sizeof *p->count);
	p->clip = carve(a, e->ports, sizeof *p->clip);
	p->octet = carve(a, e->ports, sizeof *p->octet);
	p->serial = carve(a, e->ports, sizeof *p->serial);
	s->patterns = carve(a, e->ports, sizeof(struct engine_clip *));
	s->count = carve(a, e->ports, sizeof *s->count);
	s->heard = carve(a, e->ports, sizeof *s->heard);
	s->window = carve(a, e->ports, SPOT_WINDOW);
}

static void lay_says(struct engine *e, struct arena *a)
{
	struct speech *s = &e->speech;

	s->says = carve(a, e->ports, e->config.tick_samples);
	s->past = carve(a, e->ports, SPEECH_PAST);
	s->alters = carve(a, e->ports, 1);
	s->agc_on = carve(a, e->ports, 1);
	s->ends = carve(a, e->ports, 1);
	s->late = carve(a, e->ports, sizeof *s->late);
	s->mute = carve(a, e->ports, sizeof *s->mute);
	s->keyed = carve(a, e->ports, 1);
	e->metered = carve(a, e->ports, 1);
	void *echo = carve(a, 1, echo_size(e->config.cancellers));
	void *agc = carve(a, 1, agc_size(e->ports));
	void *meter = carve(a, 1, meter_size(e->ports));

	if (a->base == NULL)
		return;
	e->echo = echo_init(echo, e->config.cancellers);
	e->agc = agc_init(agc, e->ports);
	e->meter = meter_init(meter, e->ports);
}

static void lay_rings(struct engine *e, struct arena *a)
{
	const uint32_t commands = ring_slots(FEWEST_ORDERS, ORDERS_A_PORT * e->ports);
	const uint32_t events = ring_slots(FEWEST_EVENTS, 8 * e->ports);
	const uint32_t of_a_tick = 2 * LISTENER_REPORTS * DETECTORS * e->ports; /* 80 samples reach into two blocks */
	const uint32_t of_a_span = 3 * (DETECT_MAX_SAMPLES + 1);

	e->command_ring = carve(a, 1, sizeof *e->command_ring);
	e->commands = carve(a, commands, sizeof *e->commands);
	e->event_ring = carve(a, 1, sizeof *e->event_ring);
	e->events = carve(a, events, sizeof *e->events);
	e->fresh_room = of_a_tick > of_a_span ? of_a_tick : of_a_span;
	e->fresh = carve(a, e->fresh_room, sizeof *e->fresh);
	e->found = carve(a, events, sizeof *e->found);
	e->order = carve(a, events, sizeof *e->order);
	if (a->base) {
		ring_init(e->command_ring, commands);
		ring_init(e->event_ring, events);
	}
}

static void lay_kernels(struct engine *e, struct arena *a)
{
	void *generator = carve(a, 1, generator_size(e->ports));

	if (a->base)
		e->generator = generator_init(generator, e->ports);
	void *listener = carve(a, 1, listener_size(e->ports, ALL_DETECTORS));

	if (a->base)
		e->listener = listener_init(listener, e->ports, ALL_DETECTORS);
}

static size_t lay(struct engine *e, uint8_t *base, const struct engine_config *config)
{
	struct arena a = {.base = base};

	carve(&a, 1, sizeof *e);
	e->config = *config;
	e->first_line = config->spans * ENGINE_CHANNELS;
	e->ports = e->first_line + config->lines;
	lay_speech(e, &a);
	lay_movers(e, &a);
	lay_says(e, &a);
	lay_rings(e, &a);
	lay_kernels(e, &a);
	return a.used;
}

size_t engine_size(const struct engine_config *config)
{
	struct engine sketch;

	return in_range(config) ? lay(&sketch, NULL, config) : 0;
}

/* A span that has heard nothing looks like all ones in the timeslots of the frame, and silence in the others. */
static void hear_nothing(uint8_t *frames, uint32_t samples)
{
	memset(frames, ENGINE_IDLE, (size_t)samples * ENGINE_TIMESLOTS);
	for (uint32_t i = 0; i < samples; i++) {
		frames[i * ENGINE_TIMESLOTS] = 0xFF;
		frames[i * ENGINE_TIMESLOTS + 16] = 0xFF;
	}
}

static void all_idle(struct engine *e)
{
	const uint32_t samples = e->config.tick_samples;
	const size_t   frame = (size_t)samples * ENGINE_TIMESLOTS;

	memset(e->received, ENGINE_IDLE, (size_t)e->ports * samples);
	memset(e->line_rx, ENGINE_IDLE, (size_t)e->config.lines * samples);
	memset(e->sent, ENGINE_IDLE, (size_t)e->ports * samples);
	memset(e->matrix.link, 0xFF, e->ports * sizeof *e->matrix.link);
	memset(e->matrix.conference, 0xFF, e->ports * sizeof *e->matrix.conference);
	for (uint32_t port = 0; port < e->ports; port++)
		e->matrix.gain[port] = ENGINE_UNITY;
	for (uint32_t span = 0; span < e->config.spans; span++) {
		hear_nothing(e->span_rx + span * frame, samples);
		hear_nothing(e->span_tx + span * frame, samples);
		e1_sender_init(&e->sender[span]);
		e1_receiver_init(&e->receiver[span], e->config.persist_ms);
	}
}

struct engine *engine_init(void *memory, const struct engine_config *config)
{
	const size_t size = engine_size(config);

	if (size == 0)
		return NULL;
	memset(memory, 0, size);
	lay(memory, memory, config);
	all_idle(memory);
	return memory;
}
