/* preamble.h  The preamble of V.21 channel 2 that T.30 sends before each frame: HDLC flags, 01111110 at 300 bit/s.
 *
 * A flag is six ones, 20 ms of 1650 Hz, between two zeros, so flags in a row are separated by 6.7 ms of 1850 Hz.  Blocks
 * in which the pair is most of what is heard wake a port; then how much louder the one is than the other in 3 ms is
 * followed a millisecond at a time, and PREAMBLE_FLAGS flags in a row are told.  No other data has them: bits are
 * stuffed into frames so that there are never six ones in a row.
 */
#ifndef KMCC_PREAMBLE_H
#define KMCC_PREAMBLE_H

#include "listener.h"

#define PREAMBLE_ONE_HZ  1650.0f
#define PREAMBLE_ZERO_HZ 1850.0f
#define PREAMBLE_FLAGS   8u
#define PREAMBLE_WAKE    4u  /* blocks in a row */
#define PREAMBLE_CELLS   10u /* of a block, and the two before it */

/* A bit a lane. */
struct preamble_group {
	uint32_t on;
	uint32_t woke;                     /* in the last block: what it heard before is gone through too */
	uint32_t paired[PREAMBLE_WAKE - 1]; /* the newest block first */
};

/* Times are samples, modulo 2^32. */
struct preamble_port {
	uint32_t began;
	uint32_t edge;   /* the last one, between a one and a zero */
	uint32_t ended;  /* end of the last whole flag */
	float    before; /* how much louder the one was: below 0 a zero, 0 neither */
	float    sum;    /* of mean squares since it began */
	uint16_t points; /* in the sum */
	uint8_t  flags;  /* in a row, up to PREAMBLE_FLAGS */
};

struct preamble {
	float                  wave[PREAMBLE_CELLS * LISTENER_GRID][4]; /* one cos, sin, zero cos, sin */
	float                  floor;
	struct preamble_group *group;
	struct preamble_port  *port;
};

/* Octets behind the struct itself, 64-octet aligned. */
size_t   preamble_size(size_t ports);
void     preamble_init(struct preamble *k, void *memory, size_t ports, float level_dbm0);
void     preamble_forget(struct preamble *k, size_t port);

/* Bit a lane to be looked at when the block ends; one and zero: their powers in the block. */
uint32_t preamble_block(struct preamble *k, const struct listener_block *b, const float *one, const float *zero);
void     preamble_look(struct preamble *k, size_t port, uint64_t at, const int16_t *recent, struct report *r);

#endif
