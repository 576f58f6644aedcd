/* wire.c  A board in memory, see rack.h: the far engine is ticked right after the near one. */
#include "engine_state.h"
#include "kernel.h"
#include "rack_slot.h"

struct wire {
	struct rack_slot slot;
	struct engine   *far;
};

static struct engine *far_of(struct rack_slot *s)
{
	return ((struct wire *)(void *)s)->far;
}

static void exchange(struct rack_slot *s, struct engine *e, uint64_t at_ns)
{
	const struct rack_place far = {.spans = s->place.spans, .lines = s->place.lines};

	(void)at_ns;
	engine_carry(e, s->place.span, s->place.line, far_of(s), &far);
	engine_carry(far_of(s), 0, 0, e, &s->place);
}

static int follow(struct rack_slot *s, struct engine *e, uint64_t at_ns)
{
	(void)e;
	(void)at_ns;
	return engine_step(far_of(s));
}

static void skip(struct rack_slot *s, uint32_t ticks)
{
	engine_skip(far_of(s), ticks);
}

static const struct rack_kind WIRE = {.exchange = exchange, .follow = follow, .skip = skip};

size_t wire_size(void)
{
	return kernel_lines(sizeof(struct wire));
}

struct rack_slot *wire_init(void *memory, struct engine *far)
{
	struct wire *w = memory;

	*w = (struct wire){.slot = {.kind = &WIRE}, .far = far};
	return &w->slot;
}
