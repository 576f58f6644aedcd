/* preamble.c  See preamble.h. */
#include "preamble.h"

#include "engine.h"
#include "level.h"

#include <string.h>

#define PAIRED       0.25f /* share of the pair in a block; where a one meets a zero it is 0.3 at 15 dB */
#define PURE         0.5f /* share of the pair in 3 ms */
#define HOPS         3u   /* of 1 ms: shorter than a bit */
#define WINDOW       (HOPS * LISTENER_GRID)
#define BLOCKS_PAST  5u   /* gone through when a port wakes, besides the present one */
#define BIT          27u  /* samples: 26.7 */
#define ZEROS        53u  /* two of them */
#define ONES         160u /* six */
#define WITHIN       12u  /* less than half a bit */
#define QUARTER_TURN 0x40000000u

static size_t groups_of(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

size_t preamble_size(size_t ports)
{
	return kernel_lines(groups_of(ports) * sizeof(struct preamble_group))
	     + kernel_lines(ports * sizeof(struct preamble_port));
}

void preamble_init(struct preamble *k, void *memory, size_t ports, float level_dbm0)
{
	const uint32_t one = level_step(PREAMBLE_ONE_HZ);
	const uint32_t zero = level_step(PREAMBLE_ZERO_HZ);
	uint8_t *next = memory;

	memset(memory, 0, preamble_size(ports));
	k->group = (struct preamble_group *)(void *)next;
	next += kernel_lines(groups_of(ports) * sizeof *k->group);
	k->port = (struct preamble_port *)(void *)next;
	k->floor = level_power(level_dbm0);
	for (uint32_t n = 0; n < PREAMBLE_CELLS * LISTENER_GRID; n++) {
		k->wave[n][0] = level_sine(n * one + QUARTER_TURN);
		k->wave[n][1] = level_sine(n * one);
		k->wave[n][2] = level_sine(n * zero + QUARTER_TURN);
		k->wave[n][3] = level_sine(n * zero);
	}
}

void preamble_forget(struct preamble *k, size_t port)
{
	struct preamble_group *g = &k->group[port / LISTENER_LANES];
	const uint32_t others = ~(1u << port % LISTENER_LANES);

	k->port[port] = (struct preamble_port){0};
	g->on &= others;
	g->woke &= others;
	for (uint32_t age = 0; age < PREAMBLE_WAKE - 1; age++)
		g->paired[age] &= others;
}

uint32_t preamble_block(struct preamble *k, const struct listener_block *b, const float *one, const float *zero)
{
	struct preamble_group *g = &k->group[b->first / LISTENER_LANES];
	const float floor = k->floor;
	const uint32_t was_on = g->on;
	uint32_t paired = 0;

	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++) {
		const float both = one[lane] + zero[lane];

		paired |= (uint32_t)(both > PAIRED * floor && both > PAIRED * b->energy[lane]) << lane;
	}
	paired &= b->lanes;
	g->woke = paired & g->paired[0] & g->paired[1] & g->paired[2] & ~was_on;
	g->on = g->woke | (was_on & (paired | g->paired[0] | g->paired[1]));
	g->paired[2] = g->paired[1];
	g->paired[1] = g->paired[0];
	g->paired[0] = paired;
	return g->on | was_on;
}

/* Of a millisecond: the two tones' sums, and its energy. */
struct cell {
	float tone[4];
	float energy;
};

static void make_cells(const struct preamble *k, const int16_t *pcm, struct cell cells[PREAMBLE_CELLS])
{
	for (uint32_t n = 0; n < PREAMBLE_CELLS * LISTENER_GRID; n++) {
		struct cell *c = &cells[n / LISTENER_GRID];
		const float x = (float)pcm[n];

		for (uint32_t i = 0; i < 4; i++)
			c->tone[i] += x * k->wave[n][i];
		c->energy += x * x;
	}
}

static void end(struct preamble_port *p, size_t port, uint32_t at, struct report *r)
{
	if (p->flags == PREAMBLE_FLAGS)
		report_add(r, port, EV_FAX_OFF, FAX_PREAMBLE, (int32_t)(p->ended - p->began), (int32_t)(at - p->ended));
	p->flags = 0;
}

/* Six ones are over. */
static void take_flag(struct preamble_port *p, size_t port, uint32_t edge, uint32_t at, struct report *r)
{
	if (p->flags == 0) {
		p->began = p->edge - BIT;
		p->sum = 0.0f;
		p->points = 0;
	}
	p->ended = edge + BIT;
	if (p->flags == PREAMBLE_FLAGS || ++p->flags < PREAMBLE_FLAGS)
		return;
	report_add(r, port, EV_FAX_ON, FAX_PREAMBLE, level_centi_dbm0(p->sum / (float)p->points), (int32_t)(at - p->began));
}

static void take_edge(struct preamble_port *p, size_t port, uint32_t edge, uint32_t at, struct report *r)
{
	const uint32_t expected = p->before > 0.0f ? ONES : ZEROS;
	const uint32_t off = edge - p->edge + WITHIN - expected; /* 0 to 2 WITHIN is right */

	if (off > 2 * WITHIN)
		end(p, port, at, r);
	else if (p->before > 0.0f)
		take_flag(p, port, edge, at, r);
	p->edge = edge;
}

/* How much louder a one is than a zero about the sample `now`; mean square of all that is heard there. */
static void take_point(struct preamble_port *p, size_t port, uint32_t now, float louder, float heard, uint32_t at,
                       struct report *r)
{
	if (louder == 0.0f || p->before == 0.0f) {
		end(p, port, at, r);
		p->edge = now;
	} else if ((louder > 0.0f) != (p->before > 0.0f)) {
		const float share = louder / (louder - p->before);

		take_edge(p, port, now - (uint32_t)(share * (float)LISTENER_GRID + 0.5f), at, r);
	} else if (now - p->edge > ONES + WITHIN) {
		end(p, port, at, r);
	}
	p->before = louder;
	if (p->flags > 0 && p->flags < PREAMBLE_FLAGS) {
		p->sum += heard;
		p->points++;
	}
}

/* The block that ends with these samples, `ago` before `at`. */
static void follow(struct preamble *k, size_t port, uint32_t at, uint32_t ago, const int16_t *end_of, struct report *r)
{
	struct cell cells[PREAMBLE_CELLS] = {0};

	make_cells(k, end_of - PREAMBLE_CELLS * LISTENER_GRID, cells);
	for (uint32_t point = 0; point + HOPS <= PREAMBLE_CELLS; point++) {
		struct cell c = cells[point];

		for (uint32_t hop = 1; hop < HOPS; hop++) {
			for (uint32_t i = 0; i < 4; i++)
				c.tone[i] += cells[point + hop].tone[i];
			c.energy += cells[point + hop].energy;
		}
		const float one = (c.tone[0] * c.tone[0] + c.tone[1] * c.tone[1]) * (2.0f / (float)WINDOW);
		const float zero = (c.tone[2] * c.tone[2] + c.tone[3] * c.tone[3]) * (2.0f / (float)WINDOW);
		const float heard = c.energy / (float)WINDOW;
		const int pure = heard > k->floor && one + zero > PURE * c.energy;
		const uint32_t now = at - ago - (PREAMBLE_CELLS - point) * LISTENER_GRID + WINDOW / 2;

		take_point(&k->port[port], port, now, pure ? one - zero : 0.0f, heard, at, r);
	}
}

void preamble_look(struct preamble *k, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	const uint32_t lane = 1u << port % LISTENER_LANES;
	const struct preamble_group *g = &k->group[port / LISTENER_LANES];

	if (!(g->on & lane)) {
		end(&k->port[port], port, (uint32_t)at, r);
		return;
	}
	if (g->woke & lane)
		k->port[port] = (struct preamble_port){0};
	for (uint32_t past = g->woke & lane ? BLOCKS_PAST : 0; past > 0; past--)
		follow(k, port, (uint32_t)at, past * LISTENER_BLOCK, recent + LISTENER_RECENT - past * LISTENER_BLOCK, r);
	follow(k, port, (uint32_t)at, 0, recent + LISTENER_RECENT, r);
}
