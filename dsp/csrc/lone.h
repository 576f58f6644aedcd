/* lone.h  A lone tone of a narrow band that comes and goes, on many ports.
 *
 * Blocks say whether the tone may be there; only when they begin or cease to say so is a port looked at, once, for
 * whether nothing but the tone is heard and when it really began or ended.
 */
#ifndef KMCC_LONE_H
#define KMCC_LONE_H

#include "band.h"
#include "edge.h"
#include "listener.h"

#define LONE_BLOCKS_ON   4u   /* blocks in a row with the tone that wake a port: it is 32 ms old at least */
#define LONE_BLOCKS_OFF  3u   /* without it: gaps of up to 16 ms are bridged, of 32 ms seen */
#define LONE_SHORTEST    320u /* samples: a tone of 40 ms */

enum lone_news { LONE_NOTHING, LONE_MAYBE, LONE_BEGAN, LONE_ENDED }; /* MAYBE: look again in a millisecond */

/* A group of 32 ports; a bit a lane, the newest block first. */
struct lone_group {
	uint32_t on;
	uint32_t maybe[LONE_BLOCKS_ON - 1];
	uint32_t lost[LONE_BLOCKS_OFF - 1];
};

struct lone {
	float              floor;       /* mean square of the tone, to begin */
	float              floor_block; /* in a block: less, for it may be off its frequency */
	struct band        band;
	struct edge_wave   wave;
	struct lone_group *group;
	uint64_t          *edge;  /* [ports]: sample at which the tone began, or the last one ended */
	uint64_t          *due;   /* [ports]: sample at which a tone that is still too short may be long enough */
	float             *power; /* [ports]: mean square of the tone when it began */
};

/* Octets behind the struct itself, 64-octet aligned. */
size_t lone_size(size_t ports);
void   lone_init(struct lone *l, void *memory, size_t ports, float hz, float within_hz, float level_dbm0);
void   lone_forget(struct lone *l, size_t port);

/* Bit a lane to be looked at in the next block; `tone` is the screened one of that frequency. */
uint32_t lone_block(struct lone *l, const struct listener_block *b, uint32_t tone);

/* BEGAN and ENDED: *since is how many samples ago, and the port's edge is there; *lasted is of ENDED only. */
enum lone_news lone_look(struct lone *l, size_t port, uint64_t at, const int16_t *recent, uint32_t *since,
                         uint64_t *lasted);

static inline int lone_is_on(const struct lone *l, size_t port)
{
	return l->group[port / LISTENER_LANES].on >> port % LISTENER_LANES & 1u;
}

#endif
