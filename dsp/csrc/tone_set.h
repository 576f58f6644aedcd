/* tone_set.h  The sets of frequencies that the supervisory detector is to tell apart: a tone profile's, made flat. */
#ifndef KMCC_TONE_SET_H
#define KMCC_TONE_SET_H

#include <stdint.h>

#define TONE_SETS      12u /* at most */
#define TONE_SET_TONES 2u

struct tone_set {
	float hz[2];     /* the lower one first; second 0 = a lone tone */
	float within[2]; /* Hz that each may be off, up to BAND_WITHIN of band.h */
};

struct listener;

/* Replace the profile; its index is the code of what is reported.  -1: that detector was not laid out, or too many. */
int supervisory_profile(struct listener *l, const struct tone_set *sets, uint32_t count);

#endif
