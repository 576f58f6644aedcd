/* band.h  How much of a window of 32 ms is tones of a narrow band, whatever their phases and exact frequencies.
 *
 * Tones a little less than 1/32 ms apart span nearly all that a band can hold in the window; an orthonormal basis of
 * their cosines and sines takes the window apart into what lies in the band and what does not.
 */
#ifndef KMCC_BAND_H
#define KMCC_BAND_H

#include <stdint.h>

#define BAND_WINDOW  256u   /* samples */
#define BAND_COLUMNS 12u    /* at most */
#define BAND_WITHIN  65.0f  /* Hz either side, at most */

struct band {
	uint32_t columns;
	float    wave[BAND_WINDOW][BAND_COLUMNS];
};

/* The band hz +- within.  With `beside`, what that band holds already is left out: the two add up. */
void band_init(struct band *b, float hz, float within, const struct band *beside);

/* Mean square of what lies in the band, and of the whole window. */
float band_power(const struct band *b, const int16_t *pcm);
float band_total(const int16_t *pcm);

#endif
