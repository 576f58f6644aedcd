/* adpcm.h  ADPCM of 4 bits a sample: Dialogic's VOX (OKI, 12-bit samples) and IMA/DVI (16-bit samples). */
#ifndef KMCC_ADPCM_H
#define KMCC_ADPCM_H

#include <stddef.h>
#include <stdint.h>

enum adpcm_kind { ADPCM_VOX, ADPCM_IMA }; /* in VOX the upper half of an octet is the earlier sample, in IMA the lower */

struct adpcm {
	int32_t value; /* last sample, of 12 or 16 bits */
	int32_t step;  /* row of the table of steps, from 0 */
};

/* `octets` octets hold twice as many samples of 16 bits; VOX has its 12 bits in the upper ones. */
void adpcm_decode(struct adpcm *a, int kind, int16_t *pcm, const uint8_t *coded, size_t octets);
void adpcm_encode(struct adpcm *a, int kind, uint8_t *coded, const int16_t *pcm, size_t octets);

#endif
