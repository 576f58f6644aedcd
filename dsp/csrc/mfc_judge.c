/* mfc_judge.c  See mfc_judge.h; limits of Q.455. */
#include "mfc_judge.h"

#include "level.h"

#define LEVEL_MIN   (-38.0f)  /* dBm0 a tone; -35 is promised */
#define TWIST       10.0f     /* 10 dB; 7 is promised, 20 must be refused */
#define PURE        0.10f     /* residue of a signal that needs no careful look */
#define CLEAN       0.13f     /* residue of a signal: 8 dB below it; 11 is promised */
#define TONAL       0.30f     /* residue of what is worth a careful look */
#define NOISY       0.60f     /* residue of what may yet become a signal */
#define HALF        0.10f     /* of the energy is in either half of the window; beats leave 0.18 of it there */
#define QUARTER     0.56f     /* of it is in no quarter; beats bring 0.48 together there */
#define THIRD_QUICK 800.0f    /* 29 dB below the weaker of the pair: no third tone, whatever an edge has blurred */
#define THIRD       200.0f    /* 23 dB; 20 must be refused, 25 is what a pair 10 Hz off looks like */
#define CERTAIN     9.0f      /* times what chance would give: a third tone is not noise */

void judge_init(struct judge *j, const float hz[FIT_TONES], size_t native)
{
	j->native = native;
	j->floor = level_power(LEVEL_MIN);
	fit_init(&j->tables, hz);
}

/* The two strongest tones; returns the power of the third. */
static float rank(struct opinion *o)
{
	const float *power = o->fit.power;
	size_t best = 0;
	size_t next = FIT_TONES;
	float third = 0.0f;

	for (size_t t = 1; t < FIT_TONES; t++)
		if (power[t] > power[best])
			next = best, best = t;
		else if (next == FIT_TONES || power[t] > power[next])
			next = t;
	o->low = best < next ? best : next;
	o->high = best < next ? next : best;
	for (size_t t = 0; t < FIT_TONES; t++)
		if (t != best && t != next && power[t] > third)
			third = power[t];
	return third;
}

static float weaker(const struct opinion *o)
{
	const float low = o->fit.power[o->low];
	const float high = o->fit.power[o->high];

	return low < high ? low : high;
}

static int is_pair(const struct judge *j, const struct opinion *o)
{
	const float weak = weaker(o);

	return weak >= j->floor && o->fit.power[o->low] <= TWIST * weak && o->fit.power[o->high] <= TWIST * weak;
}

static int is_crowded(const struct opinion *o)
{
	const float weak = weaker(o);

	for (size_t t = 0; t < FIT_TONES; t++)
		if (t != o->low && t != o->high && o->fit.power[t] * THIRD > weak
		    && o->fit.power[t] > CERTAIN * o->fit.chance[t])
			return 1;
	return 0;
}

/* Noise before a signal hides where it begins, but not that most of the window is nearly empty. */
static int is_even(const int16_t *newest, size_t samples)
{
	float quarter[4];
	float most = 0.0f;

	for (size_t n = 0; n < 4; n++) {
		quarter[n] = (float)fit_energy(newest - samples + n * (samples / 4), samples / 4);
		most = quarter[n] > most ? quarter[n] : most;
	}
	const float first = quarter[0] + quarter[1];
	const float second = quarter[2] + quarter[3];
	const float all = first + second;

	return first >= HALF * all && second >= HALF * all && most <= QUARTER * all;
}

/* Sure that the longer window is filled when there is sound even before it. */
static enum verdict judge_carefully(struct opinion *o, const struct judge *j, const int16_t *newest)
{
	const float before = (float)fit_energy(newest - FIT_CAREFUL - FIT_CELL, FIT_CELL) * (float)FIT_CELLS;

	if (before <= JUDGE_HUSH * o->fit.energy || !is_even(newest, FIT_CAREFUL))
		return JUDGE_PENDING;
	fit_careful(&o->fit, &j->tables, newest, o->low, o->high);
	if (o->fit.residue > CLEAN * o->fit.energy || !is_pair(j, o))
		return JUDGE_TONES;
	return o->high >= j->native || is_crowded(o) ? JUDGE_FOREIGN : JUDGE_SIGNAL;
}

void judge(struct opinion *o, const struct judge *j, const int16_t *newest)
{
	fit_quick(&o->fit, &j->tables, newest);
	const float third = rank(o);

	if (o->fit.residue > NOISY * o->fit.energy || !is_pair(j, o))
		o->verdict = JUDGE_NOTHING;
	else if (o->fit.residue > TONAL * o->fit.energy || !is_even(newest, FIT_QUICK))
		o->verdict = JUDGE_TONES;
	else if (o->fit.residue <= PURE * o->fit.energy && third * THIRD_QUICK <= weaker(o) && o->high < j->native)
		o->verdict = JUDGE_SIGNAL;
	else
		o->verdict = judge_carefully(o, j, newest);
}
