/* rings.h  Commands in, events out: one writer and one reader each, no lock (C11 release and acquire). */
#ifndef KMCC_RINGS_H
#define KMCC_RINGS_H

#include "engine.h"

#include <stdatomic.h>

/* head and tail count for ever; the slot is their low bits.  Apart, so that the two sides share no cache line. */
struct ring {
	_Alignas(64) _Atomic uint32_t head; /* the writer's */
	_Alignas(64) _Atomic uint32_t tail; /* the reader's */
	_Alignas(64) uint32_t size;         /* slots, a power of two */
};

void     ring_init(struct ring *r, uint32_t size);
uint32_t ring_used(const struct ring *r);

int      command_push(struct ring *r, struct engine_command *slots, const struct engine_command *command);
int      command_pop(struct ring *r, const struct engine_command *slots, struct engine_command *out);
int      event_push(struct ring *r, struct engine_event *slots, const struct engine_event *event);
uint32_t event_pop(struct ring *r, const struct engine_event *slots, struct engine_event *out, uint32_t room);

#endif
