/* lone.c  One correlator at 450 Hz; +-25 Hz is the tone by GB 3380-82. */
#include "lone.h"

const struct bank_shape LONE_SHAPE = {.tones = 1, .hop = LONE_HOP, .hops = LONE_HOPS, .hz = {450}};

#define HOPELESS 0.2f  /* share that no drift within 33 Hz explains; spares the search for it */

float lone_share(const struct bank *b, const struct bank_window *w, size_t group, size_t lane, float *energy)
{
	*energy = 0.0f;
	if (w->tone[0][lane] <= HOPELESS * w->energy[lane])
		return 0.0f;
	const float drift = bank_drift(b, w, group, lane, 0);

	if (drift < 0.0f)
		return 0.0f;
	*energy = w->tone[0][lane] / bank_share(drift);
	return *energy / w->energy[lane];
}
