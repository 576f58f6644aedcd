/* g711.c  ITU-T G.711 without tables: each line serves all lanes of a vector.
 *
 * The 16-bit value is the standard's 13-bit (A-law) or 14-bit (mu-law) value moved up.  A value on a decision
 * level goes to the upper interval when positive and to the lower when negative (A-law), outwards (mu-law).
 */
#include "g711.h"

#include "cpu.h"

#define A_LAW_EVEN 0x55  /* even bits are inverted on the line (G.711 table 1a, note 2) */
#define MU_BIAS    132   /* 33 of the 14-bit scale */
#define MU_CLIP    32635

static inline int segment(int magnitude)  /* 0 below 256, then one for each doubling */
{
	return (magnitude >= 256) + (magnitude >= 512) + (magnitude >= 1024) + (magnitude >= 2048)
	     + (magnitude >= 4096) + (magnitude >= 8192) + (magnitude >= 16384);
}

CPU_BODY void alaw_decode(int16_t *pcm, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int code = octets[i] ^ A_LAW_EVEN;
		const int seg = code >> 4 & 7;
		const int upper = seg > 0;
		const int value = ((code & 15) * 16 + 8 + upper * 256) << (seg - upper);

		pcm[i] = (int16_t)(code & 0x80 ? value : -value);
	}
}

CPU_CLONES(g711_alaw_decode, alaw_decode, (int16_t *pcm, const uint8_t *octets, size_t n), (pcm, octets, n))

CPU_BODY void alaw_encode(uint8_t *octets, const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int negative = pcm[i] < 0;
		const int magnitude = negative ? ~pcm[i] : pcm[i];
		const int seg = segment(magnitude);
		const int step = magnitude >> (seg + 4 - (seg > 0)) & 15;

		octets[i] = (uint8_t)((seg << 4 | step | (negative ? 0 : 0x80)) ^ A_LAW_EVEN);
	}
}

CPU_CLONES(g711_alaw_encode, alaw_encode, (uint8_t *octets, const int16_t *pcm, size_t n), (octets, pcm, n))

CPU_BODY void ulaw_decode(int16_t *pcm, const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int code = octets[i] ^ 0xFF;
		const int value = (((code & 15) * 8 + MU_BIAS) << (code >> 4 & 7)) - MU_BIAS;

		pcm[i] = (int16_t)(code & 0x80 ? -value : value);
	}
}

CPU_CLONES(g711_ulaw_decode, ulaw_decode, (int16_t *pcm, const uint8_t *octets, size_t n), (pcm, octets, n))

CPU_BODY void ulaw_encode(uint8_t *octets, const int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int negative = pcm[i] < 0;
		const int absolute = negative ? -pcm[i] : pcm[i];
		const int magnitude = (absolute < MU_CLIP ? absolute : MU_CLIP) + MU_BIAS;
		const int seg = segment(magnitude);
		const int code = seg << 4 | (magnitude >> (seg + 3) & 15) | (negative ? 0x80 : 0);

		octets[i] = (uint8_t)(code ^ 0xFF);
	}
}

CPU_CLONES(g711_ulaw_encode, ulaw_encode, (uint8_t *octets, const int16_t *pcm, size_t n), (octets, pcm, n))
