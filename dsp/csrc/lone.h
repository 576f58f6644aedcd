/* lone.h  Is what is heard the 450 Hz call progress tone of GB 3380-82, and nothing else? */
#ifndef KMCC_LONE_H
#define KMCC_LONE_H

#include "bank.h"

#define LONE_HOP    30u
#define LONE_HOPS   4u
#define LONE_WINDOW (LONE_HOP * LONE_HOPS)  /* 15 ms */

extern const struct bank_shape LONE_SHAPE;

/* Share of the tone in all that is heard, 0..1, made up for what it is off its frequency; 0 beyond 33 Hz.
 * `energy` is the tone's own, made up likewise. */
float lone_share(const struct bank *b, const struct bank_window *w, size_t group, size_t lane, float *energy);

#endif
