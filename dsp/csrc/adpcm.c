/* adpcm.c  See adpcm.h.  Both say by how many steps a sample differs from the last; the steps grow with the count. */
#include "adpcm.h"

#define VOX_BITS 4 /* of 16 that VOX lacks */

struct law {
	const int16_t *steps;
	int32_t        last_step;
	int32_t        highest; /* sample */
	int32_t      (*difference)(int32_t step, uint32_t code);
};

/* 16 * 1.1^n, as Dialogic's note has them. */
static const int16_t VOX_STEPS[] = {
	16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190,
	209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552,
};

/* IMA Digital Audio Focus and Technical Working Group, 1992, table 2. */
static const int16_t IMA_STEPS[] = {
	7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118,
	130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
	1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
	7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
};

static const int8_t NEXT_STEP[] = {-1, -1, -1, -1, 2, 4, 6, 8}; /* by the size of the difference */

static int32_t between(int32_t lowest, int32_t a, int32_t highest)
{
	return a < lowest ? lowest : a > highest ? highest : a;
}

/* VOX: a step times an odd number of eighths. */
static int32_t vox_difference(int32_t step, uint32_t code)
{
	return step * (int32_t)(2 * (code & 7) + 1) >> 3;
}

/* IMA: the same, but every part of it is cut off to a whole number. */
static int32_t ima_difference(int32_t step, uint32_t code)
{
	return (step >> 3) + (code & 4 ? step : 0) + (code & 2 ? step >> 1 : 0) + (code & 1 ? step >> 2 : 0);
}

static const struct law LAWS[] = {
	[ADPCM_VOX] = {VOX_STEPS, 48, 2047, vox_difference},
	[ADPCM_IMA] = {IMA_STEPS, 88, INT16_MAX, ima_difference},
};

static int32_t take(struct adpcm *a, const struct law *law, uint32_t code)
{
	const int32_t difference = law->difference(law->steps[a->step], code);

	a->value = between(-law->highest - 1, a->value + (code & 8 ? -difference : difference), law->highest);
	a->step = between(0, a->step + NEXT_STEP[code & 7], law->last_step);
	return a->value;
}

/* The code whose difference comes next below what is wanted, as both specifications build it. */
static uint32_t give(struct adpcm *a, const struct law *law, int32_t sample)
{
	const int32_t step = law->steps[a->step];
	int32_t       wanted = sample - a->value;
	uint32_t      code = 0;

	if (wanted < 0) {
		code = 8;
		wanted = -wanted;
	}
	for (uint32_t bit = 4, part = (uint32_t)step; bit > 0; bit >>= 1, part >>= 1)
		if (wanted >= (int32_t)part) {
			code |= bit;
			wanted -= (int32_t)part;
		}
	(void)take(a, law, code);
	return code;
}

void adpcm_decode(struct adpcm *a, int kind, int16_t *pcm, const uint8_t *coded, size_t octets)
{
	const struct law *law = &LAWS[kind];
	const int         vox = kind == ADPCM_VOX;

	for (size_t i = 0; i < octets; i++) {
		const uint32_t first = vox ? coded[i] >> 4 : coded[i] & 15u;
		const uint32_t second = vox ? coded[i] & 15u : coded[i] >> 4;
		const int32_t  unit = vox ? 1 << VOX_BITS : 1;

		pcm[2 * i] = (int16_t)(take(a, law, first) * unit);
		pcm[2 * i + 1] = (int16_t)(take(a, law, second) * unit);
	}
}

void adpcm_encode(struct adpcm *a, int kind, uint8_t *coded, const int16_t *pcm, size_t octets)
{
	const struct law *law = &LAWS[kind];
	const int         vox = kind == ADPCM_VOX;

	for (size_t i = 0; i < octets; i++) {
		const uint32_t first = give(a, law, vox ? pcm[2 * i] >> VOX_BITS : pcm[2 * i]);
		const uint32_t second = give(a, law, vox ? pcm[2 * i + 1] >> VOX_BITS : pcm[2 * i + 1]);

		coded[i] = (uint8_t)(vox ? first << 4 | second : second << 4 | first);
	}
}
