/* listener.c  Feeding a listener; see listener.h. */
#include "listener_state.h"

#include "g711.h"
#include "timeslots.h"

#include <string.h>

/* What the port heard, the oldest first; the present block is the last one. */
static void recall(const struct listener *l, size_t port, size_t blocks, int16_t pcm[HISTORY])
{
	const size_t present = (size_t)(l->heard % HISTORY) / LISTENER_BLOCK * LISTENER_BLOCK;
	const size_t older = HISTORY - LISTENER_BLOCK - present; /* octets that lie behind the present block */
	const size_t before = (OLDEST - blocks) * LISTENER_BLOCK; /* heard before it was switched on */

	g711_alaw_decode(pcm, listener_history(l, port) + present + LISTENER_BLOCK, older);
	g711_alaw_decode(pcm + older, listener_history(l, port), present + LISTENER_BLOCK);
	memset(pcm, 0, before * sizeof *pcm);
}

/* A port's looks at the grid points within (from, to] of the present block, while it stays awake. */
static void look_at(struct listener *l, size_t which, size_t port, size_t from, size_t to, struct report *r)
{
	const struct detector *d = DETECTOR[which];
	struct ear            *ear = &l->ear[which];
	const uint64_t         begin = l->heard / LISTENER_BLOCK * LISTENER_BLOCK;
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

static void look_with_all(struct listener *l, size_t group, size_t from, size_t to, struct report *r)
{
	for (size_t which = 0; which < DETECTORS; which++)
		if (listener_has(l, which))
			look_at_all(l, which, group, from, to, r);
}

/* A look may see one block more of those that have not been on for long. */
static void grow_older(struct ear *ear, size_t group)
{
	for (uint32_t lanes = ear->on[group] & ear->fresh[group]; lanes != 0; lanes &= lanes - 1) {
		const size_t port = group * LISTENER_LANES + (size_t)__builtin_ctz(lanes);

		if (++ear->blocks[port] == OLDEST)
			ear->fresh[group] &= ~(lanes & -lanes);
	}
}

static void grow_all_older(struct listener *l, size_t group)
{
	for (size_t which = 0; which < DETECTORS; which++)
		if (listener_has(l, which))
			grow_older(&l->ear[which], group);
}

/* What the screen made of a whole block, told to each detector. */
static void tell(struct listener *l, const struct screen_block *screened, size_t group, uint64_t at, struct report *r)
{
	_Alignas(64) float    power[LISTENER_TONES][LISTENER_LANES];
	struct listener_block b = {
		.at = at, .first = group * LISTENER_LANES, .loud = screened->loud, .energy = screened->energy,
		.power = (const float (*)[LISTENER_LANES])power,
	};

	for (size_t which = 0; which < DETECTORS; which++) {
		struct ear *ear = &l->ear[which];

		if (!listener_has(l, which) || ear->on[group] == 0)
			continue;
		b.lanes = ear->on[group];
		screen_tones(screened, ear->wave, DETECTOR[which]->tones, power);
		ear->awake[group] = DETECTOR[which]->block(ear->kernel, &b, r) & b.lanes;
	}
}

static uint32_t listeners(const struct listener *l, size_t group)
{
	uint32_t lanes = 0;

	for (size_t which = 0; which < DETECTORS; which++)
		if (listener_has(l, which))
			lanes |= l->ear[which].on[group] | l->ear[which].pending[group];
	return lanes;
}

/* Where octets come from: rows of ports, or the timeslots of spans. */
struct source {
	const uint8_t *octets;
	size_t         stride; /* from port to port, or from span to span */
	int            e1;
};

static size_t lanes_of(const struct listener *l, size_t group)
{
	const size_t rest = l->ports - group * LISTENER_LANES;

	return rest < LISTENER_LANES ? rest : LISTENER_LANES;
}

/* A length that the compiler knows becomes a few moves. */
static void copy(uint8_t *to, const uint8_t *from, size_t octets)
{
	if (octets == LISTENER_BLOCK)
		memcpy(to, from, LISTENER_BLOCK);
	else
		memcpy(to, from, octets);
}

/* Into the history. */
static void keep(struct listener *l, size_t group, const struct source *s, size_t at, size_t samples)
{
	const size_t first = group * LISTENER_LANES;
	uint8_t     *to = listener_history(l, first) + l->heard % HISTORY;

	if (s->e1) {
		timeslots_to_rows(to, HISTORY, s->octets + group * s->stride + at * TIMESLOTS, samples);
		return;
	}
	for (size_t lane = 0; lane < lanes_of(l, group); lane++)
		copy(to + lane * HISTORY, s->octets + (first + lane) * s->stride + at, samples);
}

/* The block that these samples complete; from the source when it is there as a whole, for it is in the cache. */
static void end_block(struct listener *l, size_t group, const struct source *s, size_t at, size_t samples,
                      struct report *r)
{
	const size_t        first = group * LISTENER_LANES;
	const size_t        slot = (size_t)(l->heard % HISTORY) / LISTENER_BLOCK * LISTENER_BLOCK;
	struct screen_block screened;

	if (samples == LISTENER_BLOCK && !s->e1 && lanes_of(l, group) == LISTENER_LANES)
		screen_take(&screened, s->octets + first * s->stride + at, s->stride);
	else
		screen_take(&screened, listener_history(l, first) + slot, HISTORY);
	tell(l, &screened, group, l->heard + samples, r);
}

/* Samples from `at` of the source on that do not reach beyond the present block. */
static void hear(struct listener *l, const struct source *s, size_t at, size_t samples, struct report *r)
{
	const size_t from = (size_t)(l->heard % LISTENER_BLOCK);
	const size_t to = from + samples;

	for (size_t group = 0; group < l->groups; group++) {
		if (listeners(l, group) == 0)
			continue;
		keep(l, group, s, at, samples);
		r->offset = (uint32_t)at;
		look_with_all(l, group, from, to < LISTENER_BLOCK ? to : LISTENER_BLOCK - 1, r);
		if (to < LISTENER_BLOCK)
			continue;
		r->offset = (uint32_t)(at + samples);
		end_block(l, group, s, at, samples, r);
		r->offset = (uint32_t)(at + samples) - 1;
		look_with_all(l, group, LISTENER_BLOCK - 1, LISTENER_BLOCK, r);
		grow_all_older(l, group);
	}
	l->heard += samples;
}

static void open_pending(struct listener *l)
{
	for (size_t which = 0; which < DETECTORS; which++)
		for (size_t group = 0; listener_has(l, which) && group < l->groups; group++) {
			l->ear[which].on[group] |= l->ear[which].pending[group];
			l->ear[which].pending[group] = 0;
		}
}

static size_t feed(struct listener *l, const struct source *s, size_t samples, struct report *r)
{
	const size_t need = listener_room(l);
	size_t       done = 0;

	while (done < samples && r->room - r->count >= need) {
		const size_t open = LISTENER_BLOCK - (size_t)(l->heard % LISTENER_BLOCK);
		const size_t take = samples - done < open ? samples - done : open;

		hear(l, s, done, take, r);
		if (take == open)
			open_pending(l);
		done += take;
	}
	return done;
}

size_t listener_feed(struct listener *l, const uint8_t *alaw, size_t stride, size_t samples, struct detection *out,
                     size_t room, size_t *found)
{
	const struct source s = {.octets = alaw, .stride = stride};
	struct report       r = {.out = out, .room = room};
	const size_t        done = feed(l, &s, samples, &r);

	*found = r.count;
	return done;
}

size_t listener_feed_e1(struct listener *l, const uint8_t *frames, size_t span_octets, size_t samples,
                        struct detection *out, size_t room, size_t *found)
{
	const struct source s = {.octets = frames, .stride = span_octets, .e1 = 1};
	struct report       r = {.out = out, .room = room};
	const size_t        done = feed(l, &s, samples, &r);

	*found = r.count;
	return done;
}
