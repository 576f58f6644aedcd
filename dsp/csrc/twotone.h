/* twotone.h  Two tones that may be a digit, measured in the newest samples of one port.
 *
 * The samples are cut into overlapping pieces of 8 ms, 4 ms from one to the next, under a raised cosine: 268 Hz away,
 * where the nearest tone of the other group may be, that is 31 dB down.  A piece meets cosine and sine of the nominal
 * frequency; from piece to piece a tone turns by what it is off that frequency.  So the pieces show the frequency and
 * whether amplitude and phase are steady.  Least squares at that frequency then says what is left of the samples.
 */
#ifndef KMCC_TWOTONE_H
#define KMCC_TWOTONE_H

#include <stddef.h>
#include <stdint.h>

#define TWOTONE_PIECE  64u  /* samples */
#define TWOTONE_HOP    32u
#define TWOTONE_PIECES 13u  /* in 448 samples */
#define TWOTONE_MOST   3u   /* tones: low, high, and a dial tone beside them */

struct twotone_wave {
	int16_t  value[2][TWOTONE_PIECE]; /* cosine and minus sine about the piece's centre, 12 bits */
	float    re[TWOTONE_PIECES];                  /* turns a piece to the phase of the newest one */
	float    im[TWOTONE_PIECES];
	uint32_t step;                                /* phase gained in a sample; 2^32 = one turn */
};

/* One tone in the pieces, the newest first. */
struct twotone_track {
	float   re[TWOTONE_PIECES];
	float   im[TWOTONE_PIECES];
	float   straight_re[TWOTONE_PIECES]; /* turned to the phase they would have as the newest */
	float   straight_im[TWOTONE_PIECES];
	size_t  pieces;     /* that are filled */
	size_t  straight;   /* of them, that are turned by the newest measure */
	float   turn;       /* gained from piece to piece against the nominal frequency; 1 = 250 Hz */
	float   mean_re;    /* over the pieces that were measured, turned to the newest */
	float   mean_im;
	float   per_square; /* 1 / mean squared */
	float   unsteady;   /* greatest distance of a piece from the mean, squared, as a share of the mean's square */
};

struct twotone_rest {
	float power[TWOTONE_MOST]; /* mean square of each tone, 16-bit linear scale */
	float energy;              /* mean square of all */
	float left;                /* share of the energy that no tone explains */
};

void twotone_wave_init(struct twotone_wave *w, float hz);

/* Fill pieces [from, to); `end` is behind the newest sample. */
void twotone_pieces(struct twotone_track *t, const struct twotone_wave *w, const int16_t *end, size_t from, size_t to);

/* Frequency, mean and steadiness over the newest pieces. */
void twotone_measure(struct twotone_track *t, size_t newest);

/* Only the mean anew, over so many pieces, after a measure. */
void twotone_average(struct twotone_track *t, size_t newest);

/* Size of piece k against the mean: 1 = the tone was all there, 0 = it was not. */
float twotone_there(const struct twotone_track *t, size_t k);

/* Least squares over the newest `samples`, a multiple of 16, at the frequencies that were measured. */
void twotone_fit(struct twotone_rest *rest, const struct twotone_wave *const *waves,
                 const struct twotone_track *tracks, size_t tones, const int16_t *end, size_t samples);

#endif
