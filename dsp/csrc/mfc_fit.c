/* mfc_fit.c  See mfc_fit.h. */
#include "mfc_fit.h"

#include "cpu.h"

#include <math.h>

#define RATE_HZ 8000.0
#define TURN    6.283185307179586
#define PEAK    1023.0 /* of a column: 80 samples of 15 bits times it stay below 2^31 (sum of |cos| is 0.64 n) */

static void make_column(int16_t *column, size_t samples, size_t parity, double hz, int changes)
{
	for (size_t n = 0; n < samples; n++) {
		const double at = (double)n - (double)(samples - 1) / 2.0;
		const double angle = TURN * hz / RATE_HZ * at;
		const double slope = changes ? at / ((double)samples / 2.0) : 1.0;

		/* The change of an even column is odd: the sine goes with the even ones then. */
		column[n] = (int16_t)lrint(PEAK * slope * ((parity == FIT_EVEN) != changes ? cos(angle) : sin(angle)));
	}
}

static double product(const int16_t *a, const int16_t *b, size_t samples)
{
	int64_t sum = 0;

	for (size_t n = 0; n < samples; n++)
		sum += (int64_t)a[n] * b[n];
	return (double)sum;
}

/* Gauss and Jordan; the matrix of products of independent columns is positive definite and needs no pivots. */
static void invert(double a[FIT_COLUMNS][FIT_COLUMNS], size_t n)
{
	for (size_t k = 0; k < n; k++) {
		const double pivot = 1.0 / a[k][k];

		a[k][k] = 1.0;
		for (size_t j = 0; j < n; j++)
			a[k][j] *= pivot;
		for (size_t i = 0; i < n; i++) {
			const double factor = a[i][k];

			if (i == k)
				continue;
			a[i][k] = 0.0;
			for (size_t j = 0; j < n; j++)
				a[i][j] -= factor * a[k][j];
		}
	}
}

static void invert_quick(struct fit_tables *f, size_t parity)
{
	double a[FIT_COLUMNS][FIT_COLUMNS];

	for (size_t i = 0; i < FIT_TONES; i++)
		for (size_t j = 0; j < FIT_TONES; j++)
			a[i][j] = product(f->quick[parity][i], f->quick[parity][j], FIT_QUICK);
	invert(a, FIT_TONES);
	for (size_t i = 0; i < FIT_TONES; i++)
		for (size_t j = 0; j < FIT_TONES; j++)
			f->quick_inverse[parity][i][j] = (float)(a[i][j] * PEAK);
}

/* The columns of a careful fit: all tones, then the changes of the pair. */
static size_t careful_column(size_t k, size_t low, size_t high)
{
	return k < FIT_TONES ? k : FIT_TONES + (k == FIT_TONES ? low : high);
}

static void invert_careful(struct fit_tables *f, size_t parity, size_t low, size_t high)
{
	const int16_t (*column)[FIT_CAREFUL] = (const int16_t (*)[FIT_CAREFUL])f->careful[parity];
	double a[FIT_COLUMNS][FIT_COLUMNS];

	for (size_t i = 0; i < FIT_COLUMNS; i++)
		for (size_t j = 0; j < FIT_COLUMNS; j++)
			a[i][j] = product(column[careful_column(i, low, high)], column[careful_column(j, low, high)], FIT_CAREFUL);
	invert(a, FIT_COLUMNS);
	for (size_t i = 0; i < FIT_COLUMNS; i++)
		for (size_t j = 0; j < FIT_COLUMNS; j++)
			f->careful_inverse[fit_pair(low, high)][parity][i][j] = (float)(a[i][j] * PEAK);
}

void fit_init(struct fit_tables *f, const float hz[FIT_TONES])
{
	for (size_t parity = 0; parity < 2; parity++) {
		for (size_t t = 0; t < FIT_TONES; t++) {
			make_column(f->quick[parity][t], FIT_QUICK, parity, (double)hz[t], 0);
			make_column(f->careful[parity][t], FIT_CAREFUL, parity, (double)hz[t], 0);
			make_column(f->careful[parity][FIT_TONES + t], FIT_CAREFUL, parity, (double)hz[t], 1);
		}
		invert_quick(f, parity);
		for (size_t high = 1; high < FIT_TONES; high++)
			for (size_t low = 0; low < high; low++)
				invert_careful(f, parity, low, high);
	}
}

CPU_BODY int32_t correlate(const int16_t *pcm, const int16_t *column, size_t samples)
{
	int32_t sum = 0;

	for (size_t n = 0; n < samples; n++)
		sum += pcm[n] * column[n];
	return sum;
}

CPU_BODY int32_t energy(const int16_t *pcm, size_t samples)
{
	int32_t sum = 0;

	for (size_t n = 0; n < samples; n++) {
		const int16_t x = (int16_t)(pcm[n] >> 3); /* A-law values are multiples of 8: exact */

		sum += x * x;
	}
	return sum;
}

int32_t fit_energy(const int16_t *pcm, size_t n)
{
	return energy(pcm, n);
}

CPU_BODY void cells(float cell[FIT_CELLS], float *all, const int16_t *newest)
{
	const int16_t *pcm = newest - FIT_QUICK;
	int32_t square[FIT_QUICK];
	int32_t sum = 0;

	for (size_t n = 0; n < FIT_QUICK; n++)
		square[n] = (pcm[n] >> 3) * (pcm[n] >> 3);
	for (size_t n = 0; n < FIT_CELLS; n++) {
		const int32_t *of = square + n * FIT_CELL;
		const int32_t of_cell = of[0] + of[1] + of[2] + of[3];

		cell[n] = (float)of_cell * (float)FIT_CELLS;
		sum += of_cell;
	}
	*all = (float)sum;
}

CPU_CLONES(fit_cells, cells, (float cell[FIT_CELLS], float *all, const int16_t *newest), (cell, all, newest))

/* Amplitudes from correlations, and how much of the energy they explain (in units of PEAK). */
CPU_BODY float solve(float amplitude[], const float *inverse, const float sum[], size_t columns)
{
	float explained = 0.0f;

	for (size_t i = 0; i < columns; i++) {
		amplitude[i] = 0.0f;
		for (size_t j = 0; j < columns; j++)
			amplitude[i] += inverse[j * columns + i] * sum[j];
	}
	for (size_t i = 0; i < columns; i++)
		explained += amplitude[i] * sum[i];
	return explained;
}

CPU_BODY void settle(struct fit *out, const float even[], const float odd[], float explained, size_t samples)
{
	for (size_t t = 0; t < FIT_TONES; t++)
		out->power[t] = (even[t] * even[t] + odd[t] * odd[t]) * 0.5f;
	out->residue = out->energy - explained / ((float)PEAK * (float)samples);
	if (out->residue < 0.0f)
		out->residue = 0.0f; /* rounding */
}

CPU_BODY void quick(struct fit *out, const struct fit_tables *f, const int16_t *newest)
{
	const int16_t *pcm = newest - FIT_QUICK;
	float amplitude[2][FIT_TONES];
	float explained = 0.0f;

	for (size_t parity = 0; parity < 2; parity++) {
		float sum[FIT_TONES];

		for (size_t t = 0; t < FIT_TONES; t++)
			sum[t] = (float)correlate(pcm, f->quick[parity][t], FIT_QUICK);
		explained += solve(amplitude[parity], f->quick_inverse[parity][0], sum, FIT_TONES);
	}
	out->energy = (float)energy(pcm, FIT_QUICK);
	settle(out, amplitude[FIT_EVEN], amplitude[FIT_ODD], explained, FIT_QUICK);
}

CPU_CLONES(fit_quick, quick, (struct fit *out, const struct fit_tables *f, const int16_t *newest), (out, f, newest))

/* The variance of each amplitude is the noise's times the diagonal of the inverse. */
CPU_BODY void chances(struct fit *out, const float inverse[2][FIT_COLUMNS][FIT_COLUMNS])
{
	const float noise = out->residue * ((float)FIT_CAREFUL / (float)(FIT_CAREFUL - 2 * FIT_COLUMNS));

	for (size_t t = 0; t < FIT_TONES; t++)
		out->chance[t] = (inverse[FIT_EVEN][t][t] + inverse[FIT_ODD][t][t]) * (float)PEAK * 0.5f * noise;
}

CPU_BODY void careful(struct fit *out, const struct fit_tables *f, const int16_t *newest, size_t low, size_t high)
{
	const int16_t *pcm = newest - FIT_CAREFUL;
	float amplitude[2][FIT_COLUMNS];
	float explained = 0.0f;

	for (size_t parity = 0; parity < 2; parity++) {
		float sum[FIT_COLUMNS];

		for (size_t k = 0; k < FIT_COLUMNS; k++)
			sum[k] = (float)correlate(pcm, f->careful[parity][careful_column(k, low, high)], FIT_CAREFUL);
		explained += solve(amplitude[parity], f->careful_inverse[fit_pair(low, high)][parity][0], sum, FIT_COLUMNS);
	}
	out->energy = (float)energy(pcm, FIT_CAREFUL) * ((float)FIT_QUICK / (float)FIT_CAREFUL);
	settle(out, amplitude[FIT_EVEN], amplitude[FIT_ODD], explained, FIT_CAREFUL);
	chances(out, f->careful_inverse[fit_pair(low, high)]);
}

CPU_CLONES(fit_careful, careful,
           (struct fit *out, const struct fit_tables *f, const int16_t *newest, size_t low, size_t high),
           (out, f, newest, low, high))
