/* progress.c  The 450 Hz call progress tone coming and going, GB 3380-82; dsp/cadence.py knows the cadences.
 *
 * Blocks say whether the tone may be there; only when they begin or cease to say so is a port looked at, once, for
 * whether it is the lone tone and when it really began or ended.  Both detections carry in `b` how many samples before
 * them that was.
 */
#include "band.h"
#include "detectors.h"
#include "edge.h"
#include "engine.h"
#include "level.h"

#include <string.h>

#define TONE_HZ      450.0f
#define WITHIN_HZ    25.0f
#define LEVEL_MIN    (-33.0f) /* dBm0; -30 is promised */
#define LEVEL_MAYBE  (-36.0f) /* of a block: less, for the tone may be off its frequency or begin in the block */
#define MAYBE        0.50f    /* share of the tone in a block */
#define LASTING      0.30f    /* to go on */
#define PURE         0.70f    /* share of the band in the last 32 ms, to begin */
#define SHORTEST     320u     /* samples: a tone of 40 ms */
#define BLOCKS_BEFORE 3u      /* blocks in a row before the one that wakes the port */
#define BLOCKS_LOST   2u      /* likewise when it ends: gaps of up to 16 ms are bridged, of 32 ms seen */

/* A group of 32 ports; a bit a lane. */
struct group {
	uint32_t on;
	uint32_t maybe[BLOCKS_BEFORE]; /* of the last blocks, the newest first */
	uint32_t lost[BLOCKS_LOST];    /* lacked the tone, likewise */
};

struct progress {
	float            floor;
	float            floor_maybe;
	struct band      band;
	struct edge_wave wave;
	struct group    *group;
	uint64_t        *edge;   /* [ports]: sample at which the tone began, or the last one ended */
	float           *power;  /* [ports]: mean square of the tone when it began */
};

static size_t groups_of(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct progress)) + kernel_lines(groups_of(ports) * sizeof(struct group))
	     + kernel_lines(ports * sizeof(uint64_t)) + ports * sizeof(float);
}

static void *init(void *memory, size_t ports)
{
	struct progress *p = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *p);

	memset(memory, 0, size(ports));
	p->floor = level_power(LEVEL_MIN);
	p->floor_maybe = level_power(LEVEL_MAYBE);
	band_init(&p->band, TONE_HZ, WITHIN_HZ, NULL);
	edge_wave_init(&p->wave, TONE_HZ);
	p->group = (struct group *)(void *)next;
	next += kernel_lines(groups_of(ports) * sizeof *p->group);
	p->edge = (uint64_t *)(void *)next;
	next += kernel_lines(ports * sizeof *p->edge);
	p->power = (float *)(void *)next;
	return p;
}

static void enable(void *of, size_t port, int on)
{
	struct progress *p = of;
	struct group *g = &p->group[port / LISTENER_LANES];
	const uint32_t others = ~(1u << port % LISTENER_LANES);

	(void)on;
	p->edge[port] = 0;
	g->on &= others;
	for (uint32_t age = 0; age < BLOCKS_LOST; age++)
		g->lost[age] &= others;
	for (uint32_t age = 0; age < BLOCKS_BEFORE; age++)
		g->maybe[age] &= others;
}

/* Looks are wanted at a tone that may have begun 32 ms ago, and at one that three blocks lack. */
static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct progress *p = of;
	struct group *g = &p->group[b->first / LISTENER_LANES];
	uint32_t maybe = 0;
	uint32_t lasts = 0;

	(void)r;
	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++) {
		const float tone = b->power[0][lane];
		const float all = b->energy[lane];

		maybe |= (uint32_t)(tone > p->floor_maybe && tone > MAYBE * all) << lane;
		lasts |= (uint32_t)(tone > p->floor_maybe && tone > LASTING * all) << lane;
	}
	maybe &= b->lanes;
	const uint32_t begins = maybe & g->maybe[0] & g->maybe[1] & g->maybe[2] & ~g->on;
	const uint32_t ends = ~lasts & g->lost[0] & g->lost[1] & g->on;

	g->maybe[2] = g->maybe[1];
	g->maybe[1] = g->maybe[0];
	g->maybe[0] = maybe;
	g->lost[1] = g->lost[0];
	g->lost[0] = ~lasts & b->lanes;
	return begins | ends;
}

/* 1: it may become one. */
static int look_for_begin(struct progress *p, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	const int16_t *window = recent + LISTENER_RECENT - BAND_WINDOW;
	const float power = band_power(&p->band, window);

	if (power < p->floor || power < PURE * band_total(window))
		return 0;
	const struct edge_run run = edge_find(&p->wave, 1, recent, power);
	const uint64_t ago = at - p->edge[port];
	const uint32_t since = ago < LISTENER_RECENT - run.begin ? (uint32_t)ago : LISTENER_RECENT - run.begin;

	if (run.end < LISTENER_RECENT)
		return 0;
	if (since < SHORTEST)
		return 1;
	p->edge[port] = at - since;
	p->power[port] = power;
	p->group[port / LISTENER_LANES].on |= 1u << port % LISTENER_LANES;
	report_add(r, port, EV_TONE_ON, 0, level_centi_dbm0(power), (int32_t)since);
	return 0;
}

static int look_for_end(struct progress *p, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	const struct edge_run run = edge_find(&p->wave, 1, recent, p->power[port]);
	const uint32_t since = LISTENER_RECENT - run.end;

	if (since == 0)
		return 0; /* it came back, or something louder hides it from the blocks */
	p->group[port / LISTENER_LANES].on &= ~(1u << port % LISTENER_LANES);
	report_add(r, port, EV_TONE_OFF, 0, (int32_t)(at - since - p->edge[port]), (int32_t)since);
	p->edge[port] = at - since;
	return 0;
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct progress *p = of;
	const uint32_t on = p->group[port / LISTENER_LANES].on >> port % LISTENER_LANES & 1u;

	return (on ? look_for_end : look_for_begin)(p, port, at, recent, r);
}

const struct detector PROGRESS = {
	.name = "progress", .size = size, .init = init, .enable = enable, .block = block, .look = look, .every = 1,
	.tones = 1, .hz = {TONE_HZ},
};
