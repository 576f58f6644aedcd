/* rack_slot.h  What every kind of board tells the rack about itself: its first member is a struct rack_slot. */
#ifndef KMCC_RACK_SLOT_H
#define KMCC_RACK_SLOT_H

#include "rack.h"

struct rack_kind {
	/* Received frames into the engine, sent ones out of it. */
	void (*exchange)(struct rack_slot *s, struct engine *e, uint64_t at_ns);
	/* After the engine's tick: 1 when the far end has an event.  NULL: nothing is to be done. */
	int  (*follow)(struct rack_slot *s, struct engine *e, uint64_t at_ns);
	/* So many ticks were given up.  NULL: the board notices by itself. */
	void (*skip)(struct rack_slot *s, uint32_t ticks);
	/* See rack_behind.  NULL: the board has our clock, or takes it. */
	int64_t (*behind)(const struct rack_slot *s);
};

struct rack_slot {
	const struct rack_kind *kind;
	struct rack_place       place;
};

#endif
