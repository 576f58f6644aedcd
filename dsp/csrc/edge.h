/* edge.h  When within the last 56 ms tones really began and ended.
 *
 * A window of 8 ms slides over the samples in steps of 1 ms.  Where it lies half on the tone it finds half its amplitude,
 * so the tone's edge is in the middle of the window there.  The tone is the longest stretch in the sense that the
 * levels above a quarter of its power weigh most: a beat between two tones does not cut it.
 */
#ifndef KMCC_EDGE_H
#define KMCC_EDGE_H

#include "listener.h"

#define EDGE_WINDOW LISTENER_BLOCK
#define EDGE_POINTS ((LISTENER_RECENT - EDGE_WINDOW) / LISTENER_GRID + 1u)

struct edge_wave {
	float value[LISTENER_RECENT][2]; /* cosine and sine */
};

/* Sample indices within `recent`; 0: began before it, LISTENER_RECENT: has not ended. */
struct edge_run {
	uint32_t begin;
	uint32_t end;
};

void edge_wave_init(struct edge_wave *w, float hz);

/* Adds the tone's mean square in each position of the window. */
void edge_levels(const struct edge_wave *w, const int16_t *recent, float level[EDGE_POINTS]);

/* Where the tones of these waves, of `power` (mean square) together, are heard; begin = end when nowhere. */
struct edge_run edge_find(const struct edge_wave *waves, uint32_t tones, const int16_t *recent, float power);

#endif
