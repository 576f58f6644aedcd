/* twotone_fit.c  Least squares of twotone.h: about the centre of the samples, where cosines and sines do not meet. */
#include "cpu.h"
#include "level.h"
#include "twotone.h"
#include "twotone_phase.h"

#include <string.h>

#define ROWS 16u /* samples worked on at once */

typedef float   row_of_floats __attribute__((vector_size(ROWS * sizeof(float))));
typedef int16_t row_of_samples __attribute__((vector_size(ROWS * sizeof(int16_t))));

struct sums {
	float x[2][ROWS]; /* with cosine, with sine */
};

CPU_BODY void take_row(row_of_floats *row, const int16_t *x)
{
	row_of_samples samples;

	memcpy(&samples, x, sizeof samples);
	*row = __builtin_convertvector(samples, row_of_floats);
}

/* Sums of the samples with cosine and sine of one tone; `start` is its first row, which `turn` turns to the next. */
CPU_BODY void correlate_body(struct sums *s, const int16_t *x, size_t samples, const float start[2][ROWS],
                             const float turn[2])
{
	const float   turn_re = turn[0];
	const float   turn_im = turn[1];
	row_of_floats c;
	row_of_floats d;
	row_of_floats sum[2] = {{0}, {0}};

	memcpy(&c, start[0], sizeof c);
	memcpy(&d, start[1], sizeof d);
	for (size_t n = 0; n < samples; n += ROWS) {
		const row_of_floats next = c * turn_re - d * turn_im;
		row_of_floats       row;

		take_row(&row, x + n);
		sum[0] += row * c;
		sum[1] += row * d;
		d = d * turn_re + c * turn_im;
		c = next;
	}
	memcpy(s->x, sum, sizeof s->x);
}

CPU_CLONES(twotone_correlate, correlate_body,
           (struct sums *s, const int16_t *x, size_t samples, const float start[2][ROWS], const float turn[2]),
           (s, x, samples, start, turn))

CPU_BODY void square_body(float sum[ROWS], const int16_t *x, size_t samples)
{
	row_of_floats all = {0};

	for (size_t n = 0; n < samples; n += ROWS) {
		row_of_floats row;

		take_row(&row, x + n);
		all += row * row;
	}
	memcpy(sum, &all, sizeof all);
}

CPU_CLONES(twotone_square, square_body, (float sum[ROWS], const int16_t *x, size_t samples), (sum, x, samples))

static float total(const float lanes[ROWS])
{
	float four[4];

	for (size_t i = 0; i < 4; i++)
		four[i] = (lanes[i] + lanes[4 + i]) + (lanes[8 + i] + lanes[12 + i]);
	return (four[0] + four[1]) + (four[2] + four[3]);
}

/* Cosine and sine at the first sixteen samples: those at the first, turned by one, two, four and eight steps.  What
 * turns the whole row to the next is left in `turn`. */
static void first_row(float start[2][ROWS], float turn[2], uint32_t phase, uint32_t step)
{
	start[0][0] = twotone_cosine(phase);
	start[1][0] = level_sine(phase);
	turn[0] = twotone_cosine(step);
	turn[1] = level_sine(step);
	for (uint32_t done = 1; done < ROWS; done *= 2) {
		const float c = turn[0];
		const float s = turn[1];

		for (uint32_t i = 0; i < done; i++) {
			start[0][done + i] = start[0][i] * c - start[1][i] * s;
			start[1][done + i] = start[1][i] * c + start[0][i] * s;
		}
		turn[0] = c * c - s * s;
		turn[1] = 2.0f * c * s;
	}
}

static void correlate_tone(float out[2], uint32_t step, const int16_t *x, size_t samples)
{
	float       start[2][ROWS];
	float       turn[2];
	struct sums s;

	first_row(start, turn, 0u - step / 2 * (uint32_t)(samples - 1), step);
	twotone_correlate(&s, x, samples, (const float (*)[ROWS])start, turn);
	out[0] = total(s.x[0]);
	out[1] = total(s.x[1]);
}

/* Sum of cos(step n) over the samples about their centre. */
static float kernel(uint32_t step, size_t samples)
{
	const uint32_t half = (uint32_t)((int32_t)step / 2);
	const float bottom = level_sine(half);

	if (bottom < 1e-4f && bottom > -1e-4f)
		return (float)samples;
	return level_sine(half * (uint32_t)samples) / bottom;
}

/* Gauss's elimination of a small symmetric system; the solution lands in b. */
static void solve(float a[TWOTONE_MOST][TWOTONE_MOST], float *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			const float f = a[j][i] / (a[i][i] + TWOTONE_TINY);

			for (size_t k = i; k < n; k++)
				a[j][k] -= f * a[i][k];
			b[j] -= f * b[i];
		}
	for (size_t i = n; i-- > 0;) {
		for (size_t j = i + 1; j < n; j++)
			b[i] -= a[i][j] * b[j];
		b[i] /= a[i][i] + TWOTONE_TINY;
	}
}

/* What tones have in common: the sums of their cosines' and of their sines' products. */
static void meet(float cosines[TWOTONE_MOST][TWOTONE_MOST], float sines[TWOTONE_MOST][TWOTONE_MOST],
                 const uint32_t *step, size_t tones, size_t samples)
{
	for (size_t i = 0; i < tones; i++)
		for (size_t j = i; j < tones; j++) {
			const float sum = kernel(step[i] + step[j], samples);
			const float difference = kernel(step[i] - step[j], samples);

			cosines[i][j] = cosines[j][i] = (difference + sum) / 2;
			sines[i][j] = sines[j][i] = (difference - sum) / 2;
		}
}

/* One half of least squares, cosines or sines, which do not meet. */
static void explain(struct twotone_rest *rest, float a[TWOTONE_MOST][TWOTONE_MOST], const float *met, size_t tones,
                    size_t samples)
{
	float b[TWOTONE_MOST];

	memcpy(b, met, sizeof b);
	solve(a, b, tones);
	for (size_t i = 0; i < tones; i++) {
		rest->power[i] += b[i] * b[i] / 2;
		rest->left -= b[i] * met[i] / (float)samples;
	}
}

void twotone_fit(struct twotone_rest *rest, const struct twotone_wave *const *waves,
                 const struct twotone_track *tracks, size_t tones, const int16_t *end, size_t samples)
{
	const int16_t *x = end - samples;
	uint32_t step[TWOTONE_MOST];
	float    met[2][TWOTONE_MOST] = {{0}, {0}};
	float    common[2][TWOTONE_MOST][TWOTONE_MOST];
	float    squares[ROWS];

	twotone_square(squares, x, samples);
	rest->energy = total(squares) / (float)samples;
	rest->left = rest->energy;
	for (size_t t = 0; t < tones; t++) {
		float both[2];

		step[t] = waves[t]->step + twotone_phase(tracks[t].turn / (float)TWOTONE_HOP);
		correlate_tone(both, step[t], x, samples);
		met[0][t] = both[0];
		met[1][t] = both[1];
		rest->power[t] = 0;
	}
	meet(common[0], common[1], step, tones, samples);
	for (size_t half = 0; half < 2; half++)
		explain(rest, common[half], met[half], tones, samples);
	rest->left = rest->left / (rest->energy + TWOTONE_TINY);
}
