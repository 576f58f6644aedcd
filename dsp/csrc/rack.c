/* rack.c  See rack.h. */
#include "kernel.h"
#include "rack_slot.h"

#include "engine_state.h"

#include <string.h>

#define NS_A_SAMPLE 125000u

struct rack {
	struct engine    *engine;
	uint32_t          slots;
	struct rack_slot *slot[RACK_SLOTS];
};

size_t rack_size(void)
{
	return kernel_lines(sizeof(struct rack));
}

struct rack *rack_init(void *memory, struct engine *engine)
{
	struct rack *r = memory;

	memset(r, 0, sizeof *r);
	r->engine = engine;
	return r;
}

static int is_within(uint32_t first, uint32_t count, uint32_t there)
{
	return first <= there && count <= there - first;
}

int rack_plug(struct rack *r, struct rack_slot *slot, const struct rack_place *place)
{
	const struct engine_config *c = &r->engine->config;

	if (r->slots == RACK_SLOTS)
		return -1;
	if (!is_within(place->span, place->spans, c->spans) || !is_within(place->line, place->lines, c->lines))
		return -1;
	slot->place = *place;
	r->slot[r->slots++] = slot;
	return 0;
}

int rack_step(struct rack *r, uint64_t at_ns)
{
	int eventful;

	for (uint32_t i = 0; i < r->slots; i++)
		r->slot[i]->kind->exchange(r->slot[i], r->engine, at_ns);
	eventful = engine_step(r->engine);
	for (uint32_t i = 0; i < r->slots; i++)
		if (r->slot[i]->kind->follow != NULL)
			eventful |= r->slot[i]->kind->follow(r->slot[i], r->engine, at_ns);
	return eventful;
}

int64_t rack_behind(const struct rack_slot *slot)
{
	return slot->kind->behind != NULL ? slot->kind->behind(slot) : 0;
}

uint32_t rack_run(struct rack *r, uint32_t ticks)
{
	uint32_t n = 0;

	while (n < ticks) {
		n++;
		if (rack_step(r, engine_now(r->engine) * NS_A_SAMPLE))
			break;
	}
	return n;
}

void rack_skip(struct rack *r, uint32_t ticks)
{
	engine_skip(r->engine, ticks);
	for (uint32_t i = 0; i < r->slots; i++)
		if (r->slot[i]->kind->skip != NULL)
			r->slot[i]->kind->skip(r->slot[i], ticks);
}
