/* screen.h  Many tones' power in one block of 32 ports, by whole numbers only.
 *
 * A block of 64 samples is folded about its centre: sums of samples equally far from it meet the cosine, differences
 * the sine, so a tone costs one multiplication a sample.  Samples are A-law values in the 13-bit scale, waves have 14
 * bits, so the sums fit 32 bits exactly (64 * 4032^2 * 2 and 32 * 8064 * 8191 stay below 2^31): every way of adding
 * them up leaves the same bits.  Cosine and sine are orthogonal over the block, hence the power of a tone is what least
 * squares gives, and never more than all that is heard.
 */
#ifndef KMCC_SCREEN_H
#define KMCC_SCREEN_H

#include <stddef.h>
#include <stdint.h>

#define SCREEN_BLOCK 64u  /* samples */
#define SCREEN_HALF  32u
#define SCREEN_LANES 32u
#define SCREEN_PEAK  8191 /* of a wave */
#define SCREEN_QUIET 2605 /* mean square of -50 dBm0: in a lane with less, tones are not looked for and read as zero */

enum { SCREEN_EVEN, SCREEN_ODD }; /* cosine and sums, sine and differences */

struct screen_wave {
	_Alignas(4) int16_t value[2][SCREEN_HALF]; /* [even, odd]: from the block's centre outwards */
	float   scale[2];              /* from the square of a sum to mean square, 16-bit linear scale */
};

/* A folded block: two neighbouring terms of a lane side by side. */
struct screen_block {
	_Alignas(64) int16_t term[2][SCREEN_HALF / 2][SCREEN_LANES][2]; /* [even, odd] */
	_Alignas(64) float energy[SCREEN_LANES]; /* mean square, 16-bit linear scale */
	uint32_t loud; /* bit a lane: energy >= SCREEN_QUIET */
};

void screen_wave_init(struct screen_wave *w, float hz);

/* Take a block of A-law of each lane: lane i begins at rows[i * stride]. */
void screen_take(struct screen_block *b, const uint8_t *rows, size_t stride);

/* Mean square of each tone in each lane; nothing is multiplied when all lanes are quiet. */
void screen_tones(const struct screen_block *b, const struct screen_wave *waves, size_t tones,
                  float (*power)[SCREEN_LANES]);

#endif
