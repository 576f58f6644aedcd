/* dtmf_state.h  What dtmf.c and dtmf_block.c share: what is known of a port, a candidate or a digit that stands. */
#ifndef KMCC_DTMF_STATE_H
#define KMCC_DTMF_STATE_H

#include "dtmf_verdict.h"
#include "listener.h"

#define DTMF_MS         LISTENER_GRID
#define DTMF_BLOCKS_MIN 2u     /* in a row, for a look */
#define DTMF_END_LEAST  110.0f /* samples without a digit before it can have ended */

struct dtmf_port {
	uint64_t begin;    /* of the candidate */
	uint64_t due;      /* no look at the candidate before */
	uint64_t stood;    /* since when the digit stands */
	uint64_t end_due;  /* no look for its end before */
	float    first[2]; /* mean square of the candidate's tones in its first block */
	float    power[2]; /* mean square of the tones of the digit that stands, as the screen sees them */
	uint8_t  key;      /* candidate: place in DIGITS */
	uint8_t  blocks;   /* that showed it, in a row */
	uint8_t  measured; /* `begin` is by a look, no longer guessed from blocks */
	uint8_t  standing; /* place in DIGITS, and one: the digit that stands; 0 = none */
	uint8_t  mode;     /* enum dtmf_mode */
};

struct dtmf {
	struct dtmf_measures measures;
	float             floor; /* mean square of the weakest tone that makes a candidate */
	uint32_t         *busy;  /* [groups], bit a lane: a candidate or a digit */
	struct dtmf_port *port;  /* [ports] */
};

static inline uint64_t dtmf_next_ms(uint64_t at)
{
	return (at + DTMF_MS - 1) / DTMF_MS * DTMF_MS;
}

static inline int dtmf_wants_looks(const struct dtmf_port *p, uint64_t at)
{
	return p->blocks >= DTMF_BLOCKS_MIN && p->due <= at + LISTENER_BLOCK;
}

/* dtmf_block.c: see struct detector. */
uint32_t dtmf_block(void *of, const struct listener_block *b, struct report *r);

#endif
