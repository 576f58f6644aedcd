/* twotone.c  See twotone.h. */
#include "twotone.h"

#include "cpu.h"
#include "level.h"

#include <string.h>

#define PEAK     2047.0f        /* of a wave without its window */
#define QUARTER  0x40000000u
#define TURN     4294967296.0f
#define ROWS     16u            /* samples worked on at once by least squares */
#define LAG      4u             /* pieces between which the frequency is read */
#define TINY     1e-9f

static int32_t rounded(float value)
{
	return (int32_t)(value < 0 ? value - 0.5f : value + 0.5f);
}

static float cosine(uint32_t phase)
{
	return level_sine(phase + QUARTER);
}

void twotone_wave_init(struct twotone_wave *w, float hz)
{
	const uint32_t window = (uint32_t)(TURN / (float)TWOTONE_PIECE);

	w->step = level_step(hz);
	for (uint32_t n = 0; n < TWOTONE_PIECE; n++) {
		const uint32_t phase = w->step * n - w->step / 2 * (TWOTONE_PIECE - 1);
		const float    raised = 0.5f - 0.5f * cosine(window * n + window / 2);

		w->value[0][n] = (int16_t)rounded(PEAK * raised * cosine(phase));
		w->value[1][n] = (int16_t)rounded(-PEAK * raised * level_sine(phase));
	}
	for (uint32_t k = 0; k < TWOTONE_PIECES; k++) {
		w->re[k] = cosine(w->step * TWOTONE_HOP * k);
		w->im[k] = level_sine(w->step * TWOTONE_HOP * k);
	}
}

/* 64 * 32768 * 2047 / 2 stays below 2^31: exact, however it is added up. */
CPU_BODY void dots_body(const int16_t *newest, const struct twotone_wave *w, size_t from, size_t to, int32_t out[][2])
{
	for (size_t k = from; k < to; k++) {
		const int16_t *x = newest - k * TWOTONE_HOP;
		int32_t        re = 0;
		int32_t        im = 0;

		for (size_t n = 0; n < TWOTONE_PIECE; n++) {
			re += (int32_t)x[n] * w->value[0][n];
			im += (int32_t)x[n] * w->value[1][n];
		}
		out[k][0] = re;
		out[k][1] = im;
	}
}

CPU_CLONES(twotone_dots, dots_body,
           (const int16_t *newest, const struct twotone_wave *w, size_t from, size_t to, int32_t out[][2]),
           (newest, w, from, to, out))

void twotone_pieces(struct twotone_track *t, const struct twotone_wave *w, const int16_t *end, size_t from, size_t to)
{
	const float scale = 2.0f / (PEAK * (float)TWOTONE_PIECE / 2.0f); /* to amplitude */
	int32_t     sum[TWOTONE_PIECES][2];

	twotone_dots(end - TWOTONE_PIECE, w, from, to, sum);
	for (size_t k = from; k < to; k++) {
		const float re = (float)sum[k][0] * scale;
		const float im = (float)sum[k][1] * scale;

		t->re[k] = re * w->re[k] - im * w->im[k];
		t->im[k] = re * w->im[k] + im * w->re[k];
	}
	t->pieces = to;
	t->straight = t->straight < from ? t->straight : from;
}

/* Of a vector, in turns, -0.5..0.5; error below 2e-6 of a turn (Abramowitz and Stegun 4.4.49). */
static float angle(float re, float im)
{
	const float a = re < 0 ? -re : re;
	const float b = im < 0 ? -im : im;
	const float t = (a < b ? a : b) / ((a < b ? b : a) + TINY);
	const float s = t * t;
	float turns = 0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f)));

	turns *= t * 0.15915494f;

	if (a < b)
		turns = 0.25f - turns;
	if (re < 0)
		turns = 0.5f - turns;
	return im < 0 ? -turns : turns;
}

static uint32_t as_phase(float turns)
{
	return (uint32_t)(int32_t)(turns * 65536.0f * 256.0f) << 8;
}

/* How far the tone turns in `lag` pieces, in turns, -0.5..0.5. */
static float turned(const struct twotone_track *t, size_t pieces, size_t lag)
{
	float re = 0;
	float im = 0;

	for (size_t k = 0; k + lag < pieces; k++) {
		re += t->re[k] * t->re[k + lag] + t->im[k] * t->im[k + lag];
		im += t->im[k] * t->re[k + lag] - t->re[k] * t->im[k + lag];
	}
	return angle(re, im);
}

/* The pieces from `from` on turned to the phase they would have if they were the newest. */
static void straighten(struct twotone_track *t, size_t from)
{
	const uint32_t phase = as_phase(t->turn);
	const float    step_re = cosine(phase);
	const float    step_im = level_sine(phase);
	float          re = from == 0 ? 1.0f : cosine(phase * (uint32_t)from);
	float          im = from == 0 ? 0.0f : level_sine(phase * (uint32_t)from);

	for (size_t k = from; k < t->pieces; k++) {
		const float next = re * step_re - im * step_im;

		t->straight_re[k] = t->re[k] * re - t->im[k] * im;
		t->straight_im[k] = t->im[k] * re + t->re[k] * im;
		im = im * step_re + re * step_im;
		re = next;
	}
	t->straight = t->pieces;
}

void twotone_average(struct twotone_track *t, size_t newest)
{
	float re = 0;
	float im = 0;

	if (t->straight < t->pieces)
		straighten(t, t->straight);
	for (size_t k = 0; k < newest; k++) {
		re += t->straight_re[k];
		im += t->straight_im[k];
	}
	t->mean_re = re / (float)newest;
	t->mean_im = im / (float)newest;
	t->per_square = 1.0f / (t->mean_re * t->mean_re + t->mean_im * t->mean_im + TINY);
}

void twotone_measure(struct twotone_track *t, size_t newest)
{
	const size_t lag = newest > LAG ? LAG : 1;
	const float coarse = turned(t, newest, 1) * (float)lag;
	const float off = lag == 1 ? 0 : turned(t, newest, lag) - coarse;
	float most = 0;

	t->turn = (coarse + off - (float)rounded(off)) / (float)lag;
	t->straight = 0;
	twotone_average(t, newest);
	for (size_t k = 0; k < newest; k++) {
		const float x = t->straight_re[k] - t->mean_re;
		const float y = t->straight_im[k] - t->mean_im;

		most = x * x + y * y > most ? x * x + y * y : most;
	}
	t->unsteady = most * t->per_square;
}

float twotone_there(const struct twotone_track *t, size_t k)
{
	return (t->straight_re[k] * t->mean_re + t->straight_im[k] * t->mean_im) * t->per_square;
}

/* --- least squares about the centre of the samples, where cosines and sines do not meet ------------------------- */

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

/* Cosine and sine at the first sixteen samples, by the phase at the first turned by one, two, four and eight steps; what
 * turns the whole row to the next is left in `turn`. */
static void first_row(float start[2][ROWS], float turn[2], uint32_t phase, uint32_t step)
{
	start[0][0] = cosine(phase);
	start[1][0] = level_sine(phase);
	turn[0] = cosine(step);
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
			const float f = a[j][i] / (a[i][i] + TINY);

			for (size_t k = i; k < n; k++)
				a[j][k] -= f * a[i][k];
			b[j] -= f * b[i];
		}
	for (size_t i = n; i-- > 0;) {
		for (size_t j = i + 1; j < n; j++)
			b[i] -= a[i][j] * b[j];
		b[i] /= a[i][i] + TINY;
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

		step[t] = waves[t]->step + as_phase(tracks[t].turn / (float)TWOTONE_HOP);
		correlate_tone(both, step[t], x, samples);
		met[0][t] = both[0];
		met[1][t] = both[1];
		rest->power[t] = 0;
	}
	meet(common[0], common[1], step, tones, samples);
	for (size_t half = 0; half < 2; half++)
		explain(rest, common[half], met[half], tones, samples);
	rest->left = rest->left / (rest->energy + TINY);
}
