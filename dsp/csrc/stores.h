/* stores.h  The elastic stores of all spans and lines of a board; elastic.h has the control that they share. */
#ifndef KMCC_STORES_H
#define KMCC_STORES_H

#include "elastic.h"
#include "rack.h"

struct stores {
	struct elastic control;
	uint32_t       spans;
	uint32_t       lines;
	uint8_t       *frames; /* [spans][ELASTIC_FRAMES][32] */
	uint8_t       *octets; /* [lines][ELASTIC_FRAMES] */
	uint8_t       *bits;   /* [lines] signalling, the last that came */
};

size_t stores_size(uint32_t spans, uint32_t lines);
void   stores_init(struct stores *s, void *memory, uint32_t spans, uint32_t lines, const struct elastic_config *config);

/* A tick's frames: [spans][samples][32], [lines][samples] and the bits of the lines, complete at `at_ns`. */
void   stores_put(struct stores *s, const uint8_t *frames, const uint8_t *octets, const uint8_t *bits, uint64_t at_ns);

/* What the engine receives in the tick at `at_ns`. */
void   stores_give(struct stores *s, struct engine *e, const struct rack_place *place, uint64_t at_ns);

#endif
