/* listener.h  One pass over the octets serves all detectors.
 *
 * Octets come in any number; inside, all happens on an absolute grid.  At the end of every block of 8 ms the screen
 * (screen.h) tells each detector the energy of its ports and the power of its tones in them; the detector answers which
 * ports it wants to look at.  Those are awake from this moment until the next block's end: every `every` grid points of
 * 1 ms, the first at once, the detector looks at the newest samples of each.  A port that sleeps costs nothing but the
 * screen, and a port is awake or asleep by what blocks and looks said, so events do not depend on how the octets were
 * cut.
 *
 * A port that is switched on is heard from the next block's beginning on.
 *
 * To add a detector: its kernel defines one `const struct detector`, and detectors.c lists it at its bit of DETECT_*.
 */
#ifndef KMCC_LISTENER_H
#define KMCC_LISTENER_H

#include "kernel.h"
#include "screen.h"

#define LISTENER_BLOCK   SCREEN_BLOCK  /* samples: 8 ms */
#define LISTENER_LANES   SCREEN_LANES  /* ports worked on at once: a group */
#define LISTENER_GRID    8u            /* samples: 1 ms */
#define LISTENER_RECENT  448u          /* linear samples a look may see, the newest last */
#define LISTENER_REPORTS 4u            /* detections of a detector on one port in one block, at most */
#define LISTENER_TONES   8u            /* that one detector has screened, at most */

struct listener_block {           /* what the screen made of one block of one group */
	uint64_t     at;              /* samples heard up to the block's end */
	size_t       first;           /* port in lane 0 */
	uint32_t     lanes;           /* bit a lane: this port has this detector on */
	uint32_t     loud;            /* bit a lane: its energy is not below SCREEN_QUIET */
	const float *energy;          /* [LISTENER_LANES] mean square over the block, 16-bit linear scale */
	const float (*power)[LISTENER_LANES]; /* [tones of this detector] mean square of each tone over the block;
	                                         zero in a lane that is not loud */
};

/* A detector's kernel; `of` is what its init returned.  Memory is 64-octet aligned and `size(ports)` octets long. */
struct detector {
	const char  *name;
	size_t     (*size)(size_t ports);
	void      *(*init)(void *memory, size_t ports);
	void       (*enable)(void *of, size_t port, int on);  /* off and on again forgets what was heard */
	/* Bit a lane that wants looks, at once and in the next block. */
	uint32_t   (*block)(void *of, const struct listener_block *b, struct report *r);
	/* `at`: samples heard, a multiple of the grid; recent[LISTENER_RECENT] ends there, zeros before the port was
	 * switched on.  1 = stay awake until the next block decides.  NULL: a detector that never asks. */
	int        (*look)(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r);
	uint32_t     every;  /* grid points from look to look */
	uint32_t     tones;
	float        hz[LISTENER_TONES];
};

/* Its kernel's own state, NULL when `which` (a bit's number) was not laid out: for settings of that detector alone. */
void *listener_detector(const struct listener *l, uint32_t which);

#endif
