/* lone.c  See lone.h. */
#include "lone.h"

#include "level.h"

#include <string.h>

#define BLOCK_DB 3.0f  /* a block's floor below the tone's */
#define MAYBE    0.50f /* share of the tone in a block */
#define LASTING  0.30f /* to go on */
#define PURE     0.70f /* share of the band in the last 32 ms, to begin */

static size_t groups_of(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

size_t lone_size(size_t ports)
{
	return kernel_lines(groups_of(ports) * sizeof(struct lone_group)) + 2 * kernel_lines(ports * sizeof(uint64_t))
	     + kernel_lines(ports * sizeof(float));
}

void lone_init(struct lone *l, void *memory, size_t ports, float hz, float within_hz, float level_dbm0)
{
	uint8_t *next = memory;

	memset(memory, 0, lone_size(ports));
	l->floor = level_power(level_dbm0);
	l->floor_block = level_power(level_dbm0 - BLOCK_DB);
	band_init(&l->band, hz, within_hz, NULL);
	edge_wave_init(&l->wave, hz);
	l->group = (struct lone_group *)(void *)next;
	next += kernel_lines(groups_of(ports) * sizeof *l->group);
	l->edge = (uint64_t *)(void *)next;
	next += kernel_lines(ports * sizeof *l->edge);
	l->due = (uint64_t *)(void *)next;
	next += kernel_lines(ports * sizeof *l->due);
	l->power = (float *)(void *)next;
}

void lone_forget(struct lone *l, size_t port)
{
	struct lone_group *g = &l->group[port / LISTENER_LANES];
	const uint32_t others = ~(1u << port % LISTENER_LANES);

	l->edge[port] = l->due[port] = 0;
	g->on &= others;
	for (uint32_t age = 0; age < LONE_BLOCKS_ON - 1; age++)
		g->maybe[age] &= others;
	for (uint32_t age = 0; age < LONE_BLOCKS_OFF - 1; age++)
		g->lost[age] &= others;
}

uint32_t lone_block(struct lone *l, const struct listener_block *b, uint32_t tone)
{
	struct lone_group *g = &l->group[b->first / LISTENER_LANES];
	const float *power = b->power[tone];
	const float floor = l->floor_block;
	uint32_t maybe = 0;
	uint32_t lasts = 0;

	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++) {
		maybe |= (uint32_t)(power[lane] > floor && power[lane] > MAYBE * b->energy[lane]) << lane;
		lasts |= (uint32_t)(power[lane] > floor && power[lane] > LASTING * b->energy[lane]) << lane;
	}
	maybe &= b->lanes;
	const uint32_t lost = ~lasts & b->lanes;
	const uint32_t begins = maybe & g->maybe[0] & g->maybe[1] & g->maybe[2] & ~g->on;
	const uint32_t ends = lost & g->lost[0] & g->lost[1] & g->on;

	g->maybe[2] = g->maybe[1];
	g->maybe[1] = g->maybe[0];
	g->maybe[0] = maybe;
	g->lost[1] = g->lost[0];
	g->lost[0] = lost;
	return begins | ends;
}

static enum lone_news look_for_begin(struct lone *l, size_t port, uint64_t at, const int16_t *recent, uint32_t *since)
{
	const int16_t *window = recent + LISTENER_RECENT - BAND_WINDOW;

	if (at < l->due[port])
		return LONE_MAYBE;
	const float power = band_power(&l->band, window);

	if (power < l->floor || power < PURE * band_total(window))
		return LONE_NOTHING;
	const struct edge_run run = edge_find(&l->wave, 1, recent, power);
	const uint64_t ago = at - l->edge[port]; /* no longer than since the last one ended */

	if (run.end < LISTENER_RECENT)
		return LONE_NOTHING;
	*since = ago < LISTENER_RECENT - run.begin ? (uint32_t)ago : LISTENER_RECENT - run.begin;
	if (*since < LONE_SHORTEST) {
		l->due[port] = at + LONE_SHORTEST - *since;
		return LONE_MAYBE;
	}
	l->edge[port] = at - *since;
	l->power[port] = power;
	l->group[port / LISTENER_LANES].on |= 1u << port % LISTENER_LANES;
	return LONE_BEGAN;
}

static enum lone_news look_for_end(struct lone *l, size_t port, uint64_t at, const int16_t *recent, uint32_t *since,
                                   uint64_t *lasted)
{
	const struct edge_run run = edge_find(&l->wave, 1, recent, l->power[port]);

	*since = LISTENER_RECENT - run.end;
	if (*since == 0)
		return LONE_NOTHING; /* it came back, or something louder hides it from the blocks */
	*lasted = at - *since - l->edge[port];
	l->edge[port] = at - *since;
	l->group[port / LISTENER_LANES].on &= ~(1u << port % LISTENER_LANES);
	return LONE_ENDED;
}

enum lone_news lone_look(struct lone *l, size_t port, uint64_t at, const int16_t *recent, uint32_t *since,
                         uint64_t *lasted)
{
	if (lone_is_on(l, port))
		return look_for_end(l, port, at, recent, since, lasted);
	return look_for_begin(l, port, at, recent, since);
}
