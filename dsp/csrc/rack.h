/* rack.h  An engine and the boards that are plugged into it, ticked together.
 *
 * A board serves a run of the engine's spans and lines.  In each tick every board first hands over the frames that it has
 * received and takes those that the engine sent in the tick before; then the engine is ticked, then whatever a board keeps
 * at its far end.  The same step runs in virtual time (rack_run) and in the real-time thread (pacer.h).
 */
#ifndef KMCC_RACK_H
#define KMCC_RACK_H

#include "elastic.h"
#include "engine.h"

#define RACK_SLOTS 64u /* boards */

struct rack;
struct rack_slot; /* a board, in memory of its owner, who keeps it as long as the rack */

/* The spans and lines of the engine that a board serves. */
struct rack_place {
	uint32_t span;  /* the first */
	uint32_t spans;
	uint32_t line;  /* the first */
	uint32_t lines;
};

size_t       rack_size(void);
struct rack *rack_init(void *memory, struct engine *engine); /* 64-octet aligned, rack_size octets */

/* 0, or -1 when there are RACK_SLOTS boards already or the engine has no such spans and lines. */
int rack_plug(struct rack *r, struct rack_slot *slot, const struct rack_place *place);

/* One tick whose time is `at_ns`; 1 when it left an event, here or at a far end. */
int rack_step(struct rack *r, uint64_t at_ns);

/* How long ago, by the clock of this board, our last tick should have been, in ns; 0 for a board of our own clock. */
int64_t rack_behind(const struct rack_slot *slot);

/* Up to `ticks` ticks at the engine's own time, ending after the first that left an event; how many were run. */
uint32_t rack_run(struct rack *r, uint32_t ticks);

/* So many ticks are given up: time passes, commands are taken, nothing is heard or said. */
void rack_skip(struct rack *r, uint32_t ticks);

/* A board in memory: the far engine's spans and lines from 0 on are at the other ends of the wires; a frame needs one
 * tick each way.  Both engines must have the same tick. */
size_t            wire_size(void);
struct rack_slot *wire_init(void *memory, struct engine *far);

/* Likewise, but the far engine has a clock of its own, so many millionths fast; elastic stores stand between.  The place
 * shall be that of rack_plug. */
size_t            clocked_size(uint32_t spans, uint32_t lines);
struct rack_slot *clocked_init(void *memory, struct engine *far, const struct rack_place *place, int32_t off_ppm,
                               const struct elastic_config *config);
void              clocked_read(const struct rack_slot *slot, struct elastic_counters *out); /* from any thread */

#endif
