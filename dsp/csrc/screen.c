/* screen.c  See screen.h. */
#include "screen.h"

#include "g711.h"

#include <math.h>

#define RATE_HZ 8000.0
#define TURN    6.283185307179586

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

static void fold(struct screen_block *b, size_t lane, const int16_t pcm[SCREEN_BLOCK])
{
	for (size_t n = 0; n < SCREEN_HALF; n++) {
		const int after = pcm[SCREEN_HALF + n] / 8; /* A-law values are multiples of 8: exact */
		const int before = pcm[SCREEN_HALF - 1 - n] / 8;

		b->term[SCREEN_EVEN][n / 2][lane][n % 2] = (int16_t)(after + before);
		b->term[SCREEN_ODD][n / 2][lane][n % 2] = (int16_t)(after - before);
	}
}

static float energy_of(const struct screen_block *b, size_t lane)
{
	int32_t twice = 0; /* (a + b)^2 + (a - b)^2 */

	for (size_t which = 0; which < 2; which++)
		for (size_t n = 0; n < SCREEN_HALF; n++) {
			const int32_t x = b->term[which][n / 2][lane][n % 2];

			twice += x * x;
		}
	return (float)(twice / 2);
}

void screen_take(struct screen_block *b, const uint8_t *alaw, size_t stride, size_t step)
{
	for (size_t lane = 0; lane < SCREEN_LANES; lane++) {
		uint8_t octets[SCREEN_BLOCK];
		int16_t pcm[SCREEN_BLOCK];

		for (size_t n = 0; n < SCREEN_BLOCK; n++)
			octets[n] = alaw[lane * stride + n * step];
		g711_alaw_decode(pcm, octets, SCREEN_BLOCK);
		fold(b, lane, pcm);
		b->energy[lane] = energy_of(b, lane);
	}
}

static float square(const struct screen_block *b, const struct screen_wave *w, size_t which, size_t lane)
{
	int32_t sum = 0;

	for (size_t n = 0; n < SCREEN_HALF; n++)
		sum += b->term[which][n / 2][lane][n % 2] * w->value[which][n];
	return (float)sum * (float)sum * w->scale[which];
}

void screen_tones(const struct screen_block *b, const struct screen_wave *waves, size_t tones,
                  float (*power)[SCREEN_LANES])
{
	for (size_t t = 0; t < tones; t++)
		for (size_t lane = 0; lane < SCREEN_LANES; lane++)
			power[t][lane] = b->energy[lane] < (float)SCREEN_QUIET
			               ? 0.0f
			               : square(b, &waves[t], SCREEN_EVEN, lane) + square(b, &waves[t], SCREEN_ODD, lane);
}
