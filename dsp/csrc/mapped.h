/* mapped.h  A board over shared memory: two processes exchange frames through two rings in one mapping, each by its own
 * clock.
 *
 * The mapping is a header of one page and two rings of blocks; a block is a tick's frames of all spans and lines, with the
 * time by which they were complete and the generation of who wrote them.  A side that starts anew, after a kill too, goes
 * on where the rings stand: a writer never moves another's tail, a reader throws away what is older than itself, and the
 * new generation tells the other side to fill its stores anew.  A side that nobody serves is a dead line: the other side
 * hears all ones (SPAN_LOS, then LOF), and its own blocks find no room.
 */
#ifndef KMCC_MAPPED_H
#define KMCC_MAPPED_H

#include "elastic.h"
#include "rack.h"

enum {
	MAPPED_PAGE = 4096,
	MAPPED_BLOCKS = 32,  /* of a ring, a power of two */
	MAPPED_VERSION = 1,
	MAPPED_SIDES = 2     /* 0: the exchange, 1: the switch */
};

struct mapped_ring {
	uint64_t head;      /* blocks written: the writer's */
	uint64_t refused;   /* blocks that found no room */
	uint64_t of_writer[6];
	uint64_t tail;      /* blocks read: the reader's */
	uint64_t of_reader[7];
};

struct mapped_header {
	char     magic[8];  /* "KMCC-E1", last to be written */
	uint32_t version;
	uint32_t spans;
	uint32_t lines;
	uint32_t tick_samples;
	uint32_t generation[2]; /* of each side: how often it was taken */
	uint64_t reserved[4];
	struct mapped_ring ring[2]; /* each side writes its own */
};

struct mapped_counters {
	struct elastic_counters elastic;
	uint64_t received;    /* blocks */
	uint64_t refused;     /* blocks of ours that found no room */
	uint64_t generations; /* times that the other side was another than before */
};

struct mapped;

size_t mapped_octets(uint32_t spans, uint32_t lines, uint32_t tick_samples); /* of the whole mapping */
size_t mapped_size(uint32_t spans, uint32_t lines);                          /* of the slot's memory */

/* Write the header of a new mapping, whose octets are all zero. */
void mapped_format(void *mapping, uint32_t spans, uint32_t lines, uint32_t tick_samples);

/* Take a side of the mapping, whose header the caller has checked and which nobody else has taken. */
struct rack_slot *mapped_init(void *memory, void *mapping, uint32_t side, const struct elastic_config *config);

/* From any thread; each field is whole. */
void mapped_read(const struct rack_slot *slot, struct mapped_counters *out);

#endif
