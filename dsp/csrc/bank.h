/* bank.h  The correlators under the detectors: a few frequencies on many ports, over a sliding window.
 *
 * Samples are multiplied by cosine and sine for one hop; `hops` hops make a window, so a new window is known at
 * the end of every hop.  The sums of a hop are turned to a phase that runs on from the start: windows of one
 * steady tone then differ in phase only by what the tone is off its nominal frequency (bank_drift).
 * Sixteen ports, a group, are worked on at once; lanes never mix.
 */
#ifndef KMCC_BANK_H
#define KMCC_BANK_H

#include "kernel.h"

#define BANK_LANES 16u
#define BANK_TONES 8u   /* at most */
#define BANK_HOP   30u  /* samples at most */

struct bank_shape {
	uint32_t tones;
	uint32_t hop;   /* samples */
	uint32_t hops;  /* in a window; even when drift is asked for */
	float    hz[BANK_TONES];
};

struct bank {
	struct bank_shape shape;
	size_t    ports;
	size_t    groups;
	uint64_t  looks;              /* windows so far; goes on by one at every hop */
	uint32_t  position;           /* samples of the present hop that were heard */
	uint32_t  slot;               /* of the ring, where the present hop will go */
	uint32_t  step[BANK_TONES];
	uint32_t  phase[BANK_TONES];  /* at the start of the present hop */
	float   (*wave)[2 * BANK_TONES];  /* [hop]: cosine and minus sine, tone by tone */
	float   (*now)[BANK_LANES];   /* [groups][sums]: the present hop; the last sum is the energy */
	float   (*ring)[BANK_LANES];  /* [groups][depth][sums] */
	uint16_t *enabled;            /* [groups]: a bit a lane */
};

struct bank_window {
	float re[BANK_TONES][BANK_LANES];
	float im[BANK_TONES][BANK_LANES];
	float tone[BANK_TONES][BANK_LANES];  /* energy of the tone; all of `energy` when there is nothing else */
	float energy[BANK_LANES];
};

/* Octets of the bank's arrays; its caller lays them 64-octet aligned behind its own struct. */
size_t bank_size(const struct bank_shape *shape, size_t ports);
void   bank_init(struct bank *b, void *memory, const struct bank_shape *shape, size_t ports);
void   bank_enable(struct bank *b, size_t port, int on);

/* Hear the samples; `decide` is called for each group with an enabled port at the end of every hop. */
typedef void bank_decide(struct bank *b, size_t group, struct report *r);
size_t bank_feed(struct bank *b, const int16_t *pcm, size_t samples, struct report *r, bank_decide *decide);

/* The last window.  bank_energy is the cheap part of it, enough to pass over silence. */
void   bank_energy(const struct bank *b, size_t group, struct bank_window *w);
void   bank_window(const struct bank *b, size_t group, struct bank_window *w);

/* Cosine of the phase that a tone gained in half a window, -1..1; 1 = exactly on its frequency. */
float  bank_drift(const struct bank *b, const struct bank_window *w, size_t group, size_t lane, size_t tone);

/* What the window made of a tone that is off its frequency, as a share of its energy; from the drift. */
float  bank_share(float drift);

static inline int bank_hears(const struct bank *b, size_t group, size_t lane)
{
	return b->enabled[group] >> lane & 1;
}

#endif
