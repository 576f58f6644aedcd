/* rings.c  See rings.h. */
#include "rings.h"

void ring_init(struct ring *r, uint32_t size)
{
	atomic_init(&r->head, 0);
	atomic_init(&r->tail, 0);
	r->size = size;
}

uint32_t ring_used(const struct ring *r)
{
	const uint32_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);

	return atomic_load_explicit(&r->head, memory_order_acquire) - tail;
}

/* The writer's slot, or the size when there is no room. */
static uint32_t slot_to_write(const struct ring *r)
{
	const uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	const uint32_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);

	return head - tail == r->size ? r->size : head & (r->size - 1);
}

/* The reader's slot, or the size when there is nothing. */
static uint32_t slot_to_read(const struct ring *r)
{
	const uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	const uint32_t head = atomic_load_explicit(&r->head, memory_order_acquire);

	return head == tail ? r->size : tail & (r->size - 1);
}

static void step(_Atomic uint32_t *count)
{
	const uint32_t now = atomic_load_explicit(count, memory_order_relaxed);

	atomic_store_explicit(count, now + 1, memory_order_release);
}

int command_push(struct ring *r, struct engine_command *slots, const struct engine_command *command)
{
	const uint32_t slot = slot_to_write(r);

	if (slot == r->size)
		return -1;
	slots[slot] = *command;
	step(&r->head);
	return 0;
}

int command_pop(struct ring *r, const struct engine_command *slots, struct engine_command *out)
{
	const uint32_t slot = slot_to_read(r);

	if (slot == r->size)
		return 0;
	*out = slots[slot];
	step(&r->tail);
	return 1;
}

int event_push(struct ring *r, struct engine_event *slots, const struct engine_event *event)
{
	const uint32_t slot = slot_to_write(r);

	if (slot == r->size)
		return -1;
	slots[slot] = *event;
	step(&r->head);
	return 0;
}

uint32_t event_pop(struct ring *r, const struct engine_event *slots, struct engine_event *out, uint32_t room)
{
	uint32_t n = 0;

	for (; n < room; n++) {
		const uint32_t slot = slot_to_read(r);

		if (slot == r->size)
			break;
		out[n] = slots[slot];
		step(&r->tail);
	}
	return n;
}
