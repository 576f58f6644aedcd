/* band.c  See band.h. */
#include "band.h"

#include "level.h"

#include <math.h>
#include <string.h>

#define SPACING      26.0f /* Hz; 1/32 ms = 31.25 Hz would leave gaps */
#define QUARTER_TURN 0x40000000u

static void take_out(double *column, const struct band *b, uint32_t columns)
{
	for (uint32_t c = 0; c < columns; c++) {
		double share = 0.0;

		for (uint32_t n = 0; n < BAND_WINDOW; n++)
			share += column[n] * (double)b->wave[n][c];
		for (uint32_t n = 0; n < BAND_WINDOW; n++)
			column[n] -= share * (double)b->wave[n][c];
	}
}

/* Gram and Schmidt, twice because once leaves what rounding made. */
static void add_column(struct band *b, double *column, const struct band *beside)
{
	double square = 0.0;

	for (int again = 0; again < 2; again++) {
		if (beside)
			take_out(column, beside, beside->columns);
		take_out(column, b, b->columns);
	}
	for (uint32_t n = 0; n < BAND_WINDOW; n++)
		square += column[n] * column[n];
	for (uint32_t n = 0; n < BAND_WINDOW; n++)
		b->wave[n][b->columns] = (float)(column[n] / sqrt(square));
	b->columns++;
}

void band_init(struct band *b, float hz, float within, const struct band *beside)
{
	const uint32_t tones = 1u + (uint32_t)ceilf(2.0f * within / SPACING);
	double column[BAND_WINDOW];

	memset(b, 0, sizeof *b);
	for (uint32_t t = 0; t < tones; t++) {
		const float    apart = tones > 1 ? 2.0f * within / (float)(tones - 1u) : 0.0f;
		const uint32_t step = level_step(hz - within + (float)t * apart);

		for (uint32_t odd = 0; odd < 2; odd++) {
			for (uint32_t n = 0; n < BAND_WINDOW; n++)
				column[n] = (double)level_sine(n * step + odd * QUARTER_TURN);
			add_column(b, column, beside);
		}
	}
}

float band_power(const struct band *b, const int16_t *pcm)
{
	float sum[BAND_COLUMNS] = {0};
	float power = 0.0f;

	for (uint32_t n = 0; n < BAND_WINDOW; n++)
		for (uint32_t c = 0; c < BAND_COLUMNS; c++)
			sum[c] += (float)pcm[n] * b->wave[n][c];
	for (uint32_t c = 0; c < BAND_COLUMNS; c++)
		power += sum[c] * sum[c];
	return power / (float)BAND_WINDOW;
}

float band_total(const int16_t *pcm)
{
	int64_t sum = 0;

	for (uint32_t n = 0; n < BAND_WINDOW; n++)
		sum += pcm[n] * pcm[n];
	return (float)sum / (float)BAND_WINDOW;
}
