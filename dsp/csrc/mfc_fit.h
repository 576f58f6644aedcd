/* mfc_fit.h  How much of each register frequency is in the newest samples, by least squares over all of them at once.
 *
 * Over 8 ms the six frequencies of a direction, 120 Hz apart, are nearly orthogonal.  A quick fit takes them at their
 * nominal values; what a tone is off its frequency then shows at its neighbours, -9 dB at worst for 10 Hz.  A careful
 * fit over 10 ms gives the two tones of the pair a rate of change as well, which takes up 10 Hz: what shows at the other
 * four is then really there, or below -25 dB.  Sums are whole numbers and the rest is float in one order, so every way
 * of computing leaves the same bits.
 */
#ifndef KMCC_MFC_FIT_H
#define KMCC_MFC_FIT_H

#include <stddef.h>
#include <stdint.h>

#define FIT_TONES   6u
#define FIT_PAIRS   15u  /* two of six */
#define FIT_QUICK   64u  /* samples */
#define FIT_CAREFUL 80u
#define FIT_CELL    4u   /* half a millisecond */
#define FIT_CELLS   (FIT_QUICK / FIT_CELL)
#define FIT_COLUMNS 8u   /* of one parity in a careful fit: six tones and the changes of two */

/* Cosine-like columns are even about the window's centre, sine-like ones odd: two small problems instead of one. */
enum { FIT_EVEN, FIT_ODD };

struct fit_tables {
	int16_t quick[2][FIT_TONES][FIT_QUICK];
	int16_t careful[2][2 * FIT_TONES][FIT_CAREFUL]; /* tones, then their changes */
	float   quick_inverse[2][FIT_TONES][FIT_TONES];
	float   careful_inverse[FIT_PAIRS][2][FIT_COLUMNS][FIT_COLUMNS];
};

/* Mean squares in the 16-bit scale. */
struct fit {
	float power[FIT_TONES];
	float energy;  /* of the window */
	float residue; /* what the columns do not explain */
	float chance[FIT_TONES]; /* careful fit only: a tone's power on average, were it nothing but noise like the residue */
};

void fit_init(struct fit_tables *f, const float hz[FIT_TONES]);

/* `newest` is the window's end: that many samples before it are looked at. */
void fit_quick(struct fit *out, const struct fit_tables *f, const int16_t *newest);
void fit_careful(struct fit *out, const struct fit_tables *f, const int16_t *newest, size_t low, size_t high);

/* Sum of squares of n samples in the 13-bit scale: of 64 samples, that is their mean square in the 16-bit scale. */
int32_t fit_energy(const int16_t *pcm, size_t n);

/* Mean square of every half millisecond of the newest 8 ms, and of them all. */
void fit_cells(float cell[FIT_CELLS], float *all, const int16_t *newest);

/* Which pair: 0 for tones 0 and 1, as register signals are counted. */
static inline size_t fit_pair(size_t low, size_t high)
{
	return high * (high - 1) / 2 + low;
}

#endif
