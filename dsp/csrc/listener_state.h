/* listener_state.h  What is inside a listener; only its own files read this. */
#ifndef KMCC_LISTENER_STATE_H
#define KMCC_LISTENER_STATE_H

#include "detectors.h"

#define HISTORY 512u /* octets: what a look may see before the present block, and the present block */
#define OLDEST  (LISTENER_RECENT / LISTENER_BLOCK) /* blocks a look may see */

/* One detector that is laid out. */
struct ear {
	void               *kernel;
	uint32_t           *on;      /* [groups], a bit a lane, as the next three */
	uint32_t           *pending; /* on from the next block on */
	uint32_t           *awake;
	uint32_t           *fresh;   /* on for less than OLDEST blocks */
	uint8_t            *blocks;  /* [ports] heard whole since it was switched on, up to OLDEST */
	struct screen_wave *wave;    /* [tones] */
};

struct listener {
	size_t     ports;
	size_t     groups;
	uint32_t   detectors; /* DETECT_* */
	uint64_t   heard;     /* samples */
	uint8_t   *history;   /* [groups][LANES][HISTORY] A-law; a block lies at its number modulo HISTORY / BLOCK */
	struct ear ear[DETECTORS];
};

static inline int listener_has(const struct listener *l, size_t which)
{
	return (int)(l->detectors >> which & 1u);
}

static inline uint8_t *listener_history(const struct listener *l, size_t port)
{
	return l->history + port * HISTORY;
}

#endif
