/* echo_residue.c  Non-linear processor and comfort noise; see echo_residue.h.
 *
 * The background is the quietest window of the last second or two in which no echo can hide.  Comfort noise is
 * white noise through one pole, so that level and the correlation from sample to sample are the background's.
 */
#include "echo_residue.h"

#include "lanes.h"

#include <math.h>

#define RATE          0.1f    /* a block: 10 ms */
#define FAR_LEAST     128.7f  /* -45 dBm0: below it no echo is worth a suppressor */
#define NEAR_SHARE    0.06f   /* -12 dB of the echo taken off: more than a settled canceller leaves */
#define NEAR_DOUBT    4.0f    /* so many times what the doubt allows */
#define NEAR_NOISE    4.0f    /* so many times the background, 6 dB */
#define HANGOVER      40      /* blocks: 40 ms */
#define CLOSE         0.125f  /* a block: 8 ms */
#define OPEN          0.5f    /* a block: 2 ms */
#define WINDOW        64u     /* blocks: 64 ms */
#define WINDOWS       16u     /* a second */
#define ECHO_SHARE    5e-4f   /* -33 dB: what a settled canceller leaves */
#define ECHO_CLEAR    4.0f    /* a window is the background's when it is so many times the echo in it */
#define LEAST_BIAS    1.12f   /* the quietest of sixteen windows of white noise lies 0.5 dB below the mean */
#define MOST_TINT     0.95f
#define NONE          (-1.0f)
#define LOUDEST       1e12f
#define DICE          8.0654e-10f /* sqrt(3) / 2^31: even dice of variance 1 */
#define UNIT_MEAN     (1.0f / (ECHO_BLOCK * WINDOW))

void echo_residue_forget(struct echo_residue *r, size_t lane)
{
	r->suppress[lane] = 0;
	r->comfort[lane] = 0;
	r->random[lane] = (int32_t)(2463534242u + (uint32_t)lane);
	r->fresh[lane] = 1;
	r->hangover[lane] = 0;
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
	r->noise[lane] = NONE;
	r->tint[lane] = 0.0f;
	r->drive[lane] = 0.0f;
	r->hiss[lane] = 0.0f;
}

static inline float larger(float a, float b)
{
	return a > b ? a : b;
}

static inline float between(float lowest, float a, float highest)
{
	return a < lowest ? lowest : a > highest ? highest : a;
}

/* The block into the window, and its level into the smoothed ones. */
static inline void hear(struct echo_residue *r, const struct echo_block *b)
{
	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		float before = r->before[lane];
		float sum = 0.0f, squares = 0.0f, products = 0.0f;

		for (size_t i = 0; i < ECHO_BLOCK; i++) {
			const float now = b->left[i][lane];

			sum += now;
			squares += now * now;
			products += now * before;
			before = now;
		}
		r->before[lane] = before;
		r->sum[lane] += sum;
		r->squares[lane] += squares;
		r->products[lane] += products;
		r->echoes[lane] += (b->unsure[lane] + b->echo[lane] * ECHO_SHARE) * (float)ECHO_BLOCK;
		r->left[lane] += (squares * (1.0f / ECHO_BLOCK) - r->left[lane]) * RATE;
		r->echo[lane] += (b->echo[lane] - r->echo[lane]) * RATE;
		r->unsure[lane] += (b->unsure[lane] - r->unsure[lane]) * RATE;
	}
}

/* How far open the way is at the block's end. */
static inline void decide(const struct echo_residue *r, const struct echo_block *b, int32_t *hangover, float *open)
{
	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		const float quiet = larger(larger(r->echo[lane] * NEAR_SHARE, r->unsure[lane] * NEAR_DOUBT),
		                           r->noise[lane] * NEAR_NOISE);
		const int32_t rest = r->hangover[lane] > 0 ? r->hangover[lane] - 1 : 0;
		const int32_t hang = r->left[lane] > quiet ? HANGOVER : rest;
		const int shut = (r->suppress[lane] != 0) & (b->power[lane] > FAR_LEAST) & (hang == 0);
		const float change = shut ? -CLOSE : OPEN;

		hangover[lane] = hang;
		open[lane] = between(0.0f, r->open[lane] + change, 1.0f);
	}
}

static inline int32_t dice(int32_t last) /* xorshift */
{
	uint32_t x = (uint32_t)last;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return (int32_t)x;
}

/* One sample of every lane. */
static inline void blend(struct echo_residue *r, const float *left, const float *open, int16_t *out)
{
	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		const float hiss = r->hiss[lane] * r->tint[lane] + (float)r->random[lane] * DICE * r->drive[lane];
		const float fill = r->comfort[lane] ? hiss : 0.0f;
		const float what = (left[lane] * open[lane] + fill * (1.0f - open[lane])) * ECHO_UNIT;

		r->hiss[lane] = hiss;
		r->random[lane] = dice(r->random[lane]);
		out[lane] = (int16_t)between(-32768.0f, what + (what < 0.0f ? -0.5f : 0.5f), 32767.0f);
	}
}

/* At the window's end: is it the quietest yet? */
static inline void end_window(struct echo_residue *r, size_t lane)
{
	const float mean = r->sum[lane] * UNIT_MEAN;
	const float square = larger(r->squares[lane] * UNIT_MEAN - mean * mean, 0.0f);
	const float product = r->products[lane] * UNIT_MEAN - mean * mean;
	const int clear = r->squares[lane] > r->echoes[lane] * ECHO_CLEAR || r->echoes[lane] * UNIT_MEAN < 0.1f;

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
static inline void learn_noise(struct echo_residue *r, size_t lane, int second)
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

static void windows(struct echo_residue *r)
{
	if (++r->blocks % WINDOW != 0)
		return;

	const int second = ++r->windows % WINDOWS == 0;

	for (size_t lane = 0; lane < ECHO_LANES; lane++) {
		end_window(r, lane);
		learn_noise(r, lane, second);
	}
}

LANES void echo_residue_block(struct echo_residue *r, const struct echo_block *b, int16_t out[ECHO_BLOCK][ECHO_LANES])
{
	echo_lanes open;

	hear(r, b);
	decide(r, b, r->hangover, open);
	for (size_t i = 0; i < ECHO_BLOCK; i++) {
		echo_lanes now;
		const float share = (float)(i + 1) * (1.0f / ECHO_BLOCK);

		for (size_t lane = 0; lane < ECHO_LANES; lane++)
			now[lane] = r->open[lane] + (open[lane] - r->open[lane]) * share;
		blend(r, b->left[i], now, out[i]);
	}
	for (size_t lane = 0; lane < ECHO_LANES; lane++)
		r->open[lane] = open[lane];
	windows(r);
}
