/* screen_path.h  What the screen's paths share: one for each instruction set of cpu.h, all leaving the same bits. */
#ifndef KMCC_SCREEN_PATH_H
#define KMCC_SCREEN_PATH_H

#include "screen.h"

#include <string.h>

struct screen_path {
	void (*take)(struct screen_block *b, const uint8_t *rows, size_t stride);
	void (*tones)(const struct screen_block *b, const struct screen_wave *w, size_t n, float (*power)[SCREEN_LANES]);
};

extern const struct screen_path SCREEN_PLAIN;
extern const struct screen_path SCREEN_SSE2;
extern const struct screen_path SCREEN_AVX2;
extern const struct screen_path SCREEN_AVX512;

/* A-law by small tables, 13-bit scale: value = step * power, both of one octet.  The step is odd, 1..63, and comes by
 * the seven low bits of the octet; the power is +-1, 2, 4 .. 64 by its four high bits. */
extern const uint8_t SCREEN_STEPS[128];
extern const int8_t  SCREEN_POWERS[16];

/* The step is also SCREEN_STEPS[0x50 + low four bits] plus this by the high four. */
extern const uint8_t SCREEN_UPPER[16];

/* Octets of a block in the order in which they meet in the fold: 32 31 33 30 34 29 .. */
extern const uint8_t SCREEN_PAIRS[64];

/* Terms 2k and 2k + 1 of a wave, as one word. */
static inline int32_t screen_pair(const struct screen_wave *w, size_t which, size_t k)
{
	int32_t pair;

	memcpy(&pair, &w->value[which][2 * k], sizeof pair);
	return pair;
}

#endif
