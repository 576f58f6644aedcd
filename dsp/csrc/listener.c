/* listener.c  See listener.h. */
#include "listener.h"

#include "detectors.h"
#include "g711.h"

#include <string.h>

#define HISTORY 512u /* octets: what a look may see before the present block, and the present block */
#define SILENCE 0xD5u
#define OLDEST  (LISTENER_RECENT / LISTENER_BLOCK) /* blocks a look may see */

/* One detector that is laid out. */
struct ear {
	void               *kernel;
	uint32_t           *on;      /* [groups], a bit a lane, as the next two */
	uint32_t           *pending; /* on from the next block on */
	uint32_t           *awake;
	uint8_t            *blocks;  /* [ports] heard whole since it was switched on, up to OLDEST */
	struct screen_wave *wave;    /* [tones] */
};

struct listener {
	size_t     ports;
	size_t     groups;
	uint32_t   detectors; /* DETECT_* */
	uint64_t   heard;     /* samples */
	uint8_t   *history;   /* [groups][LANES][HISTORY] A-law; a block lies at its number modulo HISTORY / BLOCK */
	struct ear ear[DETECTORS];
};

/* Where everything lies; without `base` only counted. */
struct arena {
	uint8_t *base;
	size_t   used;
};

static void *carve(struct arena *a, size_t octets)
{
	uint8_t *at = a->base ? a->base + a->used : NULL;

	a->used += kernel_lines(octets);
	return at;
}

static int has(const struct listener *l, size_t which)
{
	return (l->detectors >> which & 1u) && DETECTOR[which] != NULL;
}

static void lay_ear(struct listener *l, struct arena *a, size_t which)
{
	struct ear *ear = &l->ear[which];

	ear->kernel = carve(a, DETECTOR[which]->size(l->ports));
	ear->on = carve(a, l->groups * sizeof *ear->on);
	ear->pending = carve(a, l->groups * sizeof *ear->pending);
	ear->awake = carve(a, l->groups * sizeof *ear->awake);
	ear->blocks = carve(a, l->ports);
	ear->wave = carve(a, DETECTOR[which]->tones * sizeof *ear->wave);
}

static size_t lay(struct listener *l, uint8_t *base, size_t ports, uint32_t detectors)
{
	struct arena a = {.base = base};

	carve(&a, sizeof *l);
	l->ports = ports;
	l->groups = (ports + LISTENER_LANES - 1) / LISTENER_LANES;
	l->detectors = detectors;
	l->history = carve(&a, l->groups * LISTENER_LANES * HISTORY);
	for (size_t which = 0; which < DETECTORS; which++)
		if (has(l, which))
			lay_ear(l, &a, which);
	return a.used;
}

size_t listener_size(size_t ports, uint32_t detectors)
{
	struct listener sketch;

	return lay(&sketch, NULL, ports, detectors);
}

struct listener *listener_init(void *memory, size_t ports, uint32_t detectors)
{
	struct listener *l = memory;

	memset(memory, 0, listener_size(ports, detectors));
	lay(l, memory, ports, detectors);
	memset(l->history, SILENCE, l->groups * LISTENER_LANES * HISTORY);
	for (size_t which = 0; which < DETECTORS; which++) {
		struct ear *ear = &l->ear[which];

		if (!has(l, which))
			continue;
		ear->kernel = DETECTOR[which]->init(ear->kernel, ports);
		for (size_t t = 0; t < DETECTOR[which]->tones; t++)
			screen_wave_init(&ear->wave[t], DETECTOR[which]->hz[t]);
	}
	return l;
}

void *listener_detector(const struct listener *l, uint32_t which)
{
	return which < DETECTORS && has(l, which) ? l->ear[which].kernel : NULL;
}

size_t listener_room(const struct listener *l)
{
	size_t laid = 0;

	for (size_t which = 0; which < DETECTORS; which++)
		laid += (size_t)has(l, which);
	return laid * l->ports * LISTENER_REPORTS;
}

void listener_enable(struct listener *l, uint32_t which, size_t port, int on)
{
	const size_t   group = port / LISTENER_LANES;
	const uint32_t bit = 1u << port % LISTENER_LANES;
	struct ear    *ear = &l->ear[which];

	if (!has(l, which))
		return;
	DETECTOR[which]->enable(ear->kernel, port, on);
	ear->on[group] &= ~bit;
	ear->pending[group] &= ~bit;
	ear->awake[group] &= ~bit;
	ear->blocks[port] = 0;
	if (on && l->heard % LISTENER_BLOCK == 0)
		ear->on[group] |= bit;
	else if (on)
		ear->pending[group] |= bit;
}

static uint8_t *history_of(const struct listener *l, size_t port)
{
	return l->history + port * HISTORY;
}

/* What the port heard, the oldest first; the present block is the last one. */
static void recall(const struct listener *l, size_t port, size_t blocks, int16_t pcm[HISTORY])
{
	const size_t present = (size_t)(l->heard % HISTORY) / LISTENER_BLOCK * LISTENER_BLOCK;
	const size_t older = HISTORY - LISTENER_BLOCK - present; /* octets that lie behind the present block */
	const size_t before = (OLDEST - blocks) * LISTENER_BLOCK; /* heard before it was switched on */

	g711_alaw_decode(pcm, history_of(l, port) + present + LISTENER_BLOCK, older);
	g711_alaw_decode(pcm + older, history_of(l, port), present + LISTENER_BLOCK);
	memset(pcm, 0, before * sizeof *pcm);
}

/* A port's looks at the grid points within (from, to] of the present block, while it stays awake. */
static void look_at(struct listener *l, size_t which, size_t port, size_t from, size_t to, struct report *r)
{
	const struct detector *d = DETECTOR[which];
	struct ear            *ear = &l->ear[which];
	const uint64_t         begin = l->heard - from; /* of the block */
	const uint32_t         offset = r->offset;
	const size_t           step = d->every * LISTENER_GRID;
	int16_t                pcm[HISTORY];
	int                    awake = 1;

	recall(l, port, ear->blocks[port], pcm);
	for (size_t n = (from / LISTENER_GRID + 1) * LISTENER_GRID; n <= to && awake; n += LISTENER_GRID) {
		if ((begin + n) % step != 0)
			continue;
		r->offset = offset + (uint32_t)(n - from);
		awake = d->look(ear->kernel, port, begin + n, pcm + n, r);
	}
	r->offset = offset;
	if (!awake)
		ear->awake[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

static void look_at_all(struct listener *l, size_t which, size_t group, size_t from, size_t to, struct report *r)
{
	for (uint32_t lanes = l->ear[which].awake[group]; lanes != 0; lanes &= lanes - 1)
		look_at(l, which, group * LISTENER_LANES + (size_t)__builtin_ctz(lanes), from, to, r);
}

/* The group's block is whole: each detector hears of it. */
static void end_block(struct listener *l, size_t group, uint64_t at, struct report *r)
{
	const size_t        first = group * LISTENER_LANES;
	const size_t        slot = (size_t)((at - LISTENER_BLOCK) % HISTORY);
	struct screen_block screened;

	screen_take(&screened, history_of(l, first) + slot, HISTORY, 1);
	for (size_t which = 0; which < DETECTORS; which++) {
		_Alignas(64) float    power[LISTENER_TONES][LISTENER_LANES];
		struct ear           *ear = &l->ear[which];
		struct listener_block b = {.at = at, .first = first, .energy = screened.energy};

		if (!has(l, which) || ear->on[group] == 0)
			continue;
		b.lanes = ear->on[group];
		b.power = (const float (*)[LISTENER_LANES])power;
		screen_tones(&screened, ear->wave, DETECTOR[which]->tones, power);
		ear->awake[group] = DETECTOR[which]->block(ear->kernel, &b, r) & b.lanes;
		for (uint32_t lanes = b.lanes; lanes != 0; lanes &= lanes - 1) {
			uint8_t *blocks = &ear->blocks[first + (size_t)__builtin_ctz(lanes)];

			*blocks = count_up(*blocks, OLDEST);
		}
	}
}

static uint32_t listeners(const struct listener *l, size_t group)
{
	uint32_t lanes = 0;

	for (size_t which = 0; which < DETECTORS; which++)
		if (has(l, which))
			lanes |= l->ear[which].on[group] | l->ear[which].pending[group];
	return lanes;
}

static void keep(struct listener *l, size_t group, const uint8_t *alaw, size_t stride, size_t samples)
{
	const size_t first = group * LISTENER_LANES;
	const size_t rest = l->ports - first;
	const size_t lanes = rest < LISTENER_LANES ? rest : LISTENER_LANES;

	for (size_t lane = 0; lane < lanes; lane++)
		memcpy(history_of(l, first + lane) + l->heard % HISTORY, alaw + (first + lane) * stride, samples);
}

/* Samples that do not reach beyond the present block. */
static void hear(struct listener *l, const uint8_t *alaw, size_t stride, size_t samples, struct report *r)
{
	const size_t   from = (size_t)(l->heard % LISTENER_BLOCK);
	const size_t   to = from + samples;
	const uint32_t begin = r->offset;

	for (size_t group = 0; group < l->groups; group++) {
		if (listeners(l, group) == 0)
			continue;
		keep(l, group, alaw, stride, samples);
		r->offset = begin;
		for (size_t which = 0; which < DETECTORS; which++)
			if (has(l, which))
				look_at_all(l, which, group, from, to, r);
		r->offset = begin + (uint32_t)samples;
		if (to == LISTENER_BLOCK)
			end_block(l, group, l->heard + samples, r);
	}
	l->heard += samples;
	r->offset = begin + (uint32_t)samples;
}

static void open_pending(struct listener *l)
{
	for (size_t which = 0; which < DETECTORS; which++)
		for (size_t group = 0; has(l, which) && group < l->groups; group++) {
			l->ear[which].on[group] |= l->ear[which].pending[group];
			l->ear[which].pending[group] = 0;
		}
}

size_t listener_feed(struct listener *l, const uint8_t *alaw, size_t stride, size_t samples, struct detection *out,
                     size_t room, size_t *found)
{
	struct report r = {.out = out, .room = room};
	const size_t  need = listener_room(l);
	size_t        done = 0;

	while (done < samples && room - r.count >= need) {
		const size_t open = LISTENER_BLOCK - (size_t)(l->heard % LISTENER_BLOCK);
		const size_t take = samples - done < open ? samples - done : open;

		hear(l, alaw + done, stride, take, &r);
		if (take == open)
			open_pending(l);
		done += take;
	}
	*found = r.count;
	return done;
}
