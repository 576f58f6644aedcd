/* twotone.c  See twotone.h. */
#include "twotone.h"

#include "cpu.h"
#include "level.h"
#include "twotone_phase.h"

#define PEAK     2047.0f        /* of a wave without its window */
#define TURN     4294967296.0f
#define LAG      4u             /* pieces between which the frequency is read */

static int32_t rounded(float value)
{
	return (int32_t)(value < 0 ? value - 0.5f : value + 0.5f);
}

void twotone_wave_init(struct twotone_wave *w, float hz)
{
	const uint32_t window = (uint32_t)(TURN / (float)TWOTONE_PIECE);

	w->step = level_step(hz);
	for (uint32_t n = 0; n < TWOTONE_PIECE; n++) {
		const uint32_t phase = w->step * n - w->step / 2 * (TWOTONE_PIECE - 1);
		const float    raised = 0.5f - 0.5f * twotone_cosine(window * n + window / 2);

		w->value[0][n] = (int16_t)rounded(PEAK * raised * twotone_cosine(phase));
		w->value[1][n] = (int16_t)rounded(-PEAK * raised * level_sine(phase));
	}
	for (uint32_t k = 0; k < TWOTONE_PIECES; k++) {
		w->re[k] = twotone_cosine(w->step * TWOTONE_HOP * k);
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
	const float t = (a < b ? a : b) / ((a < b ? b : a) + TWOTONE_TINY);
	const float s = t * t;
	float turns = 0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f)));

	turns *= t * 0.15915494f;

	if (a < b)
		turns = 0.25f - turns;
	if (re < 0)
		turns = 0.5f - turns;
	return im < 0 ? -turns : turns;
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
	const uint32_t phase = twotone_phase(t->turn);
	const float    step_re = twotone_cosine(phase);
	const float    step_im = level_sine(phase);
	float          re = from == 0 ? 1.0f : twotone_cosine(phase * (uint32_t)from);
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
	t->per_square = 1.0f / (t->mean_re * t->mean_re + t->mean_im * t->mean_im + TWOTONE_TINY);
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
