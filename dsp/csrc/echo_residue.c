/* echo_residue.c  The background of sixteen echo cancellers; see echo_residue.h.
 *
 * It is the quietest window of the last second in which no echo can hide; its level and its correlation from sample
 * to sample are what comfort noise is made by.
 */
#include "echo_residue.h"

#include <math.h>

#define WINDOW     64u    /* blocks: 64 ms */
#define WINDOWS    16u    /* a second */
#define ECHO_CLEAR 4.0f   /* a window is the background's when it is so many times the echo in it */
#define NO_ECHO    0.1f   /* or there is less than this: a third of A-law's smallest step */
#define LEAST_BIAS 1.12f  /* the quietest of sixteen windows of white noise lies 0.5 dB below the mean */
#define MOST_TINT  0.95f
#define UNKNOWN    (-1.0f)
#define LOUDEST    1e12f
#define UNIT_MEAN  (1.0f / (ECHO_BLOCK * WINDOW))

void echo_residue_forget(struct echo_residue *r, size_t lane)
{
	r->suppress[lane] = 0;
	r->comfort[lane] = 0;
	r->random[lane] = (int32_t)(2463534242u + (uint32_t)lane);
	r->fresh[lane] = 1;
	r->hangover[lane] = 0.0f;
	r->left[lane] = 0.0f;
	r->echo[lane] = 0.0f;
	r->unsure[lane] = 0.0f;
	r->open[lane] = 1.0f;
	r->before[lane] = 0.0f;
	r->sum[lane] = 0.0f;
	r->squares[lane] = 0.0f;
	r->products[lane] = 0.0f;
	r->echoes[lane] = 0.0f;
	r->least[lane] = LOUDEST;
	r->least_tint[lane] = 0.0f;
	r->noise[lane] = UNKNOWN;
	r->tint[lane] = 0.0f;
	r->drive[lane] = 0.0f;
	r->hiss[lane] = 0.0f;
}

static float between(float lowest, float a, float highest)
{
	return a < lowest ? lowest : a > highest ? highest : a;
}

static void end_window(struct echo_residue *r, size_t lane)
{
	const float mean = r->sum[lane] * UNIT_MEAN;
	const float square = between(0.0f, r->squares[lane] * UNIT_MEAN - mean * mean, LOUDEST);
	const float product = r->products[lane] * UNIT_MEAN - mean * mean;
	const int clear = r->squares[lane] > r->echoes[lane] * ECHO_CLEAR || r->echoes[lane] * UNIT_MEAN < NO_ECHO;

	if (!r->fresh[lane] && clear && square < r->least[lane]) {
		r->least[lane] = square;
		r->least_tint[lane] = between(-MOST_TINT, product / (square + 1e-9f), MOST_TINT);
	}
	r->fresh[lane] = 0;
	r->sum[lane] = 0.0f;
	r->squares[lane] = 0.0f;
	r->products[lane] = 0.0f;
	r->echoes[lane] = 0.0f;
}

/* The quietest of the second, or at first of the windows so far, is the background. */
static void learn_noise(struct echo_residue *r, size_t lane, int second)
{
	const float tint = r->least_tint[lane];

	if (r->least[lane] < LOUDEST && (second || r->noise[lane] < 0.0f || r->least[lane] < r->noise[lane])) {
		r->noise[lane] = r->least[lane] * LEAST_BIAS;
		r->tint[lane] = tint;
		r->drive[lane] = sqrtf(r->noise[lane] * (1.0f - tint * tint));
	}
	if (second)
		r->least[lane] = LOUDEST;
}

void echo_residue_count(struct echo_residue *r)
{
	if (++r->blocks % WINDOW != 0)
		return;

	const int second = ++r->windows % WINDOWS == 0;

	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		end_window(r, lane);
		learn_noise(r, lane, second);
	}
}
