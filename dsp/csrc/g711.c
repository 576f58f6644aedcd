/* g711.c  ITU-T G.711 without large tables: each line serves all lanes of a vector.
 *
 * The 16-bit value is the standard's 13-bit (A-law) or 14-bit (mu-law) value moved up.  A value on a decision
 * level goes to the upper interval when positive and to the lower when negative (A-law), outwards (mu-law).
 */
#include "g711.h"

#include "cpu.h"
#include "g711_path.h"

#include <string.h>

#define A_LAW_EVEN 0x55  /* even bits are inverted on the line (G.711 table 1a, note 2) */
#define EXPONENT_OF_128 (134 << 4) /* of a float, its four first bits of fraction behind it */
#define MU_BIAS    132   /* 33 of the 14-bit scale */
#define MU_CLIP    32635

static inline int segment(int magnitude)  /* 0 below 256, then one for each doubling */
{
	return (magnitude >= 256) + (magnitude >= 512) + (magnitude >= 1024) + (magnitude >= 2048)
	     + (magnitude >= 4096) + (magnitude >= 8192) + (magnitude >= 16384);
}

/* step * power as in the screen (screen_path.h): all in octets, sixty-four to a vector, up to the product.  Choices are
 * made by masks, for gcc 12 takes others for branches and then has no vectors at all. */
CPU_BODY void alaw_decode(int16_t *restrict pcm, const uint8_t *restrict octets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t code = octets[i] ^ A_LAW_EVEN;
		const uint8_t segment = code & 0x70;
		const uint8_t minus = (uint8_t)((code >> 7) - 1);
		const uint8_t step = (uint8_t)((code & 15) * 2 + 1 + ((uint8_t)-(segment > 0) & 32));
		uint8_t       power = 1;

		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x10)));
		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x20)));
		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x30)));
		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x40)));
		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x50)));
		power = (uint8_t)(power + (power & (uint8_t)-(segment > 0x60)));
		pcm[i] = (int16_t)(step * (int8_t)((power ^ minus) - minus) * 8);
	}
}

CPU_CLONES(g711_alaw_decode_plain, alaw_decode, (int16_t *pcm, const uint8_t *octets, size_t n), (pcm, octets, n))

void g711_alaw_decode(int16_t *pcm, const uint8_t *octets, size_t n)
{
	size_t done = 0;

#if defined(__x86_64__)
	if (cpu_isa() == CPU_AVX512)
		done = g711_alaw_decode_avx512(pcm, octets, n);
	else if (cpu_isa() == CPU_AVX2)
		done = g711_alaw_decode_avx2(pcm, octets, n);
#endif
	if (done < n)
		g711_alaw_decode_plain(pcm + done, octets + done, n - done);
}

/* The float's exponent is the segment and its first four bits are the step; below 256 steps are as wide as just above,
 * so 256 is lent there. */
CPU_BODY void alaw_encode(uint8_t *restrict octets, const int16_t *restrict pcm, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int32_t minus = pcm[i] >> 15;
		const int32_t magnitude = pcm[i] ^ minus;
		const int32_t small = (magnitude - 256) >> 15;
		const float   lent = (float)(magnitude + (small & 256));
		int32_t       bits;

		memcpy(&bits, &lent, sizeof bits);
		octets[i] = (uint8_t)((((bits >> 19) - EXPONENT_OF_128 + (small & -16)) | (~minus & 0x80)) ^ A_LAW_EVEN);
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
