/* screen.c  See screen.h: the waves, the choice of a path, and the path in plain C. */
#include "screen_path.h"

#include "cpu.h"
#include "detect.h"

#include <math.h>

#define RATE_HZ 8000.0
#define TURN    6.283185307179586

_Alignas(64) const uint8_t SCREEN_STEPS[128] = {
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	11,  9, 15, 13,  3,  1,  7,  5, 27, 25, 31, 29, 19, 17, 23, 21,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
	43, 41, 47, 45, 35, 33, 39, 37, 59, 57, 63, 61, 51, 49, 55, 53,
};

_Alignas(16) const int8_t SCREEN_POWERS[16] = {
	-16,  -8, -64, -32,  -1,  -1,  -4,  -2,  16,   8,  64,  32,   1,   1,   4,   2,
};

_Alignas(16) const uint8_t SCREEN_UPPER[16] = {
	32, 32, 32, 32, 32, 0, 32, 32, 32, 32, 32, 32, 32, 0, 32, 32,
};

_Alignas(64) const uint8_t SCREEN_PAIRS[64] = {
	32, 31, 33, 30, 34, 29, 35, 28, 36, 27, 37, 26, 38, 25, 39, 24,
	40, 23, 41, 22, 42, 21, 43, 20, 44, 19, 45, 18, 46, 17, 47, 16,
	48, 15, 49, 14, 50, 13, 51, 12, 52, 11, 53, 10, 54,  9, 55,  8,
	56,  7, 57,  6, 58,  5, 59,  4, 60,  3, 61,  2, 62,  1, 63,  0,
};

/* The scale is one over the wave's own energy, both halves of the block counted. */
static void make_wave(struct screen_wave *w, size_t which, double (*wave)(double), double hz)
{
	int64_t energy = 0;

	for (size_t n = 0; n < SCREEN_HALF; n++) {
		const double value = SCREEN_PEAK * wave(TURN * hz / RATE_HZ * ((double)n + 0.5));

		w->value[which][n] = (int16_t)lrint(value);
		energy += 2 * (int64_t)w->value[which][n] * w->value[which][n];
	}
	w->scale[which] = (float)(1.0 / (double)energy);
}

void screen_wave_init(struct screen_wave *w, float hz)
{
	make_wave(w, SCREEN_EVEN, cos, (double)hz);
	make_wave(w, SCREEN_ODD, sin, (double)hz);
}

static const struct screen_path *path(void)
{
	static const struct screen_path *const PATH[CPU_ISAS] = {
		[CPU_PLAIN] = &SCREEN_PLAIN,
#if defined(__x86_64__)
		[CPU_SSE2] = &SCREEN_SSE2, [CPU_AVX2] = &SCREEN_AVX2, [CPU_AVX512] = &SCREEN_AVX512,
#endif
	};

	return PATH[cpu_isa()];
}

void screen_take(struct screen_block *b, const uint8_t *rows, size_t stride)
{
	path()->take(b, rows, stride);
}

void screen_tones(const struct screen_block *b, const struct screen_wave *waves, size_t tones,
                  float (*power)[SCREEN_LANES])
{
	if (b->loud == 0)
		memset(power, 0, tones * sizeof *power);
	else
		path()->tones(b, waves, tones, power);
}

void screen_rows(const uint8_t *rows, size_t stride, const float *hz, size_t tones, float *energy, float *power)
{
	_Alignas(64) float  of_tone[1][SCREEN_LANES];
	struct screen_block b;

	screen_take(&b, rows, stride);
	memcpy(energy, b.energy, sizeof b.energy);
	for (size_t t = 0; t < tones; t++) {
		struct screen_wave wave;

		screen_wave_init(&wave, hz[t]);
		screen_tones(&b, &wave, 1, of_tone);
		memcpy(power + t * SCREEN_LANES, of_tone, sizeof of_tone);
	}
}

#define WORDS (2 * SCREEN_LANES) /* of a row of terms */

/* Octets 2k and 2k + 1 from the centre on, after it and before it, of every lane. */
static void gather(uint16_t after[WORDS], uint16_t before[WORDS], const uint8_t *rows, size_t stride, size_t k)
{
	for (size_t lane = 0; lane < SCREEN_LANES; lane++) {
		const uint8_t *centre = rows + lane * stride + SCREEN_HALF;

		after[2 * lane] = centre[2 * k];
		after[2 * lane + 1] = centre[2 * k + 1];
		before[2 * lane] = *(centre - 1 - 2 * k);
		before[2 * lane + 1] = *(centre - 2 - 2 * k);
	}
}

/* Octets to values, 13-bit scale.  Every segment above the first doubles: the baseline's vectors shift all lanes alike. */
static void decode(uint16_t word[WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		const uint16_t code = word[i] ^ 0x55;
		const uint16_t segment = code & 0x70;
		const uint16_t sign = (uint16_t)((code >> 7) - 1);
		uint16_t       value = (uint16_t)((code & 15) * 2 + 1 + (segment > 0 ? 32 : 0));

		value = (uint16_t)(value + (value & -(segment > 0x10)));
		value = (uint16_t)(value + (value & -(segment > 0x20)));
		value = (uint16_t)(value + (value & -(segment > 0x30)));
		value = (uint16_t)(value + (value & -(segment > 0x40)));
		value = (uint16_t)(value + (value & -(segment > 0x50)));
		value = (uint16_t)(value + (value & -(segment > 0x60)));
		word[i] = (uint16_t)((value ^ sign) - sign);
	}
}

static void fold(int16_t even[WORDS], int16_t odd[WORDS], const uint16_t after[WORDS], const uint16_t before[WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		even[i] = (int16_t)(after[i] + before[i]);
		odd[i] = (int16_t)(after[i] - before[i]);
	}
}

static void add_squares(int32_t sum[SCREEN_LANES], const int16_t (*term)[2])
{
	for (size_t lane = 0; lane < SCREEN_LANES; lane++)
		sum[lane] += term[lane][0] * term[lane][0] + term[lane][1] * term[lane][1];
}

static void take(struct screen_block *b, const uint8_t *rows, size_t stride)
{
	int32_t twice[SCREEN_LANES] = {0}; /* (a + b)^2 + (a - b)^2 */

	for (size_t k = 0; k < SCREEN_HALF / 2; k++) {
		uint16_t after[WORDS];
		uint16_t before[WORDS];

		gather(after, before, rows, stride, k);
		decode(after);
		decode(before);
		fold(b->term[SCREEN_EVEN][k][0], b->term[SCREEN_ODD][k][0], after, before);
		add_squares(twice, (const int16_t (*)[2])b->term[SCREEN_EVEN][k]);
		add_squares(twice, (const int16_t (*)[2])b->term[SCREEN_ODD][k]);
	}
	b->loud = 0;
	for (size_t lane = 0; lane < SCREEN_LANES; lane++) {
		b->energy[lane] = (float)(twice[lane] / 2);
		b->loud |= (uint32_t)(b->energy[lane] >= (float)SCREEN_QUIET) << lane;
	}
}

static void dot(int32_t sum[SCREEN_LANES], const struct screen_block *b, const struct screen_wave *w, size_t which)
{
	memset(sum, 0, SCREEN_LANES * sizeof *sum);
	for (size_t k = 0; k < SCREEN_HALF / 2; k++)
		for (size_t lane = 0; lane < SCREEN_LANES; lane++)
			sum[lane] += b->term[which][k][lane][0] * w->value[which][2 * k]
			           + b->term[which][k][lane][1] * w->value[which][2 * k + 1];
}

static void tones(const struct screen_block *b, const struct screen_wave *w, size_t n, float (*power)[SCREEN_LANES])
{
	int32_t sum[2][SCREEN_LANES];

	for (size_t t = 0; t < n; t++) {
		dot(sum[SCREEN_EVEN], b, &w[t], SCREEN_EVEN);
		dot(sum[SCREEN_ODD], b, &w[t], SCREEN_ODD);
		for (size_t lane = 0; lane < SCREEN_LANES; lane++) {
			const float even = (float)sum[SCREEN_EVEN][lane];
			const float odd = (float)sum[SCREEN_ODD][lane];

			power[t][lane] = even * even * w[t].scale[SCREEN_EVEN] + odd * odd * w[t].scale[SCREEN_ODD];
			power[t][lane] = b->loud >> lane & 1 ? power[t][lane] : 0.0f;
		}
	}
}

const struct screen_path SCREEN_PLAIN = {take, tones};
