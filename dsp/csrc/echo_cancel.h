/* echo_cancel.h  A block of the line echo canceller, compiled once for each set of instructions.
 *
 * The taps are learnt by a Kalman filter over blocks of eight samples (an affine projection of order eight) whose
 * covariance is one number: the doubt, the variance of a tap about the true one.  It says how far a block may move
 * the taps against the noise there is: A-law's own, and the near speech, which is whatever exceeds the echo that the
 * doubt allows.  Near speech so stops the learning by itself.  A changed line would stop it too; but then the echo
 * we take off no longer resembles what comes, which near speech cannot feign, and the doubt is raised.
 */
#include "echo_vector.h"

#define B ECHO_BLOCK

#define ALAW_NOISE    1.78e-4f /* -37.5 dB: quantising noise of A-law, G.711 fig. 4 */
#define IDLE_NOISE    0.16f    /* (a fifth of a step) squared */
#define LOUD_DECAY    0.95f    /* a block: 20 ms */
#define TALK_RATE     0.03f    /* a block: 33 ms */
#define TALK_ONSET    6.0f     /* so much above all that was expected is speech at once */
#define MATCH_RATE    0.015f   /* a block: 67 ms */
#define MATCH_SPREAD  0.15f    /* variance of the match for speech as loud as the echo */
#define MATCH_LEAST   3.0f     /* echo that is worth comparing: a block's, smoothed */
#define MATCH_CHANGED 0.3f
#define SETTLING      100.0f   /* blocks: 100 ms */
#define CHANGED_DOUBT 2.0f
#define MOST_DOUBT    3e-3f    /* an unknown line: gain of -1 dB */
#define LEARNT        0.4f     /* of what a block taught by theory; speech repeats itself */
#define DRIFT         3e-8f    /* a sample: lines change slowly */
#define MOST_GAIN     2.0f     /* +3 dB is no hybrid */
#define GAIN_BLOCKS   8u       /* between two sums of the taps' squares */
#define STIFF         1e-5f    /* the noise is at least so much of the doubt's echo: float is no finer */
#define TINY          1e-9f

/* What the echo of the block should be, in ECHO_ONE. */
ECHO_INLINE void filter(struct echo_group *g, uint32_t row, uint32_t lane, words echo[B])
{
	echo_words *newest = &g->far[row];
	words       sum[B] = {{0}}; /* local: they stay in registers */

	for (uint32_t m = 0; m < ECHO_TAPS / 2; m++, newest -= 2) {
		const words two = W(g->pairs[m]);

		for (uint32_t i = 0; i < B; i++)
			sum[i] = dot(sum[i], W(newest[i]), two);
	}
	for (uint32_t i = 0; i < B; i++)
		echo[i] = sum[i];
}

/* r[i][j] for j <= i: product of the taps' windows that end with samples i and j of the block. */
ECHO_INLINE void correlate(struct echo_group *g, uint32_t row, uint32_t lane, reals r[B][B])
{
	words lag[B];

	for (uint32_t k = 0; k < B; k++)
		lag[k] = W(g->lag[k]);
	for (uint32_t i = 0; i < B; i++) {
		const words comes = W(g->far[row + i]) & 0xFFFF;
		const words goes = W(g->far[row + i - ECHO_TAPS]) & 0xFFFF;

		for (uint32_t k = 0; k < B; k++)
			lag[k] = dot(lag[k], comes, W(g->far[row + i - k]))
			       - dot((words){0}, goes, W(g->far[row + i - ECHO_TAPS - k]));
		for (uint32_t j = 0; j <= i; j++)
			r[i][j] = real(lag[i - j]);
	}
	for (uint32_t k = 0; k < B; k++)
		W(g->lag[k]) = lag[k];
}

/* (doubt r + noise)^-1: as L D L', the inverses of D in `inverse`, L below the diagonal of r. */
ECHO_INLINE void factorise(reals r[B][B], reals inverse[B], reals doubt, reals noise)
{
	reals d[B];
	reals ld[B] = {{0}};

	for (uint32_t j = 0; j < B; j++) {
		reals pivot = r[j][j] * doubt + noise;

		for (uint32_t k = 0; k < j; k++) {
			ld[k] = r[j][k] * d[k];
			pivot -= r[j][k] * ld[k];
		}
		d[j] = larger(pivot, noise);
		inverse[j] = 1.0f / d[j];
		for (uint32_t i = j + 1; i < B; i++) {
			reals below = r[i][j] * doubt;

			for (uint32_t k = 0; k < j; k++)
				below -= r[i][k] * ld[k];
			r[i][j] = below * inverse[j];
		}
	}
}

/* x becomes (L D L')^-1 x. */
ECHO_INLINE void solve(reals l[B][B], const reals inverse[B], reals x[B])
{
	for (uint32_t i = 1; i < B; i++)
		for (uint32_t k = 0; k < i; k++)
			x[i] -= l[i][k] * x[k];
	for (uint32_t i = 0; i < B; i++)
		x[i] *= inverse[i];
	for (uint32_t i = B - 1; i-- > 0;)
		for (uint32_t k = i + 1; k < B; k++)
			x[i] -= l[k][i] * x[k];
}

/* Trace of (L D L')^-1: the squares of the columns of L^-1, each divided by D. */
ECHO_INLINE reals trace(reals l[B][B], const reals inverse[B])
{
	reals sum = {0};

	for (uint32_t j = 0; j < B; j++) {
		reals column[B];

		column[j] = all(1.0f);
		sum += inverse[j];
		for (uint32_t i = j + 1; i < B; i++) {
			column[i] = -l[i][j];
			for (uint32_t k = j + 1; k < i; k++)
				column[i] -= l[i][k] * column[k];
			sum += column[i] * column[i] * inverse[i];
		}
	}
	return sum;
}

/* The weights as 16-bit pairs, the later sample in the lower half, and what one step of them is. */
ECHO_INLINE reals quantise(const reals weight[B], words two[B / 2])
{
	reals most = {0};

	for (uint32_t i = 0; i < B; i++)
		most = larger(most, larger(weight[i], -weight[i]));

	const reals scale = 32767.0f / (most + 1e-30f);

	for (uint32_t i = 0; i < B; i += 2) {
		const words early = whole(weight[i] * scale);
		const words late = whole(weight[i + 1] * scale);

		two[i / 2] = (early << 16) | (late & 0xFFFF);
	}
	return (most + 1e-30f) * (1.0f / 32767.0f);
}

/* Move taps k and k + 1 by what the weighted samples of the block say, the samples from far[1] on for tap k. */
ECHO_INLINE void move_two(struct echo_group *g, uint32_t k, uint32_t lane, const words *far, const words two[B / 2],
                          reals step)
{
	words lower = {0};
	words upper = {0};

	for (uint32_t i = 0; i < B; i += 2) {
		lower = dot(lower, far[i + 1], two[i / 2]);
		upper = dot(upper, far[i], two[i / 2]);
	}

	const reals first = R(g->taps[k]) + real(lower) * step;
	const reals second = R(g->taps[k + 1]) + real(upper) * step;

	R(g->taps[k]) = first;
	R(g->taps[k + 1]) = second;
	W(g->pairs[k / 2]) = (nearest(first) & 0xFFFF) | (nearest(second) << 16);
}

/* Eight taps at a time share the rows that they look at. */
ECHO_INLINE void move(struct echo_group *g, uint32_t row, uint32_t lane, const words two[B / 2], reals step)
{
	for (uint32_t k = 0; k < ECHO_TAPS; k += 8) {
		words far[B + 6];

		for (uint32_t i = 0; i < B + 6; i++)
			far[i] = W(g->far[row + i - k - 6]);
		for (uint32_t i = 0; i < 8; i += 2)
			move_two(g, k + i, lane, far + 6 - i, two, step);
	}
}

ECHO_INLINE int in_all(words choice)
{
	int32_t every = -1;

	for (uint32_t i = 0; i < ECHO_WIDE; i++)
		every &= choice[i];
	return every != 0;
}

/* Sum the taps' squares; taps that no hybrid has are forgotten. */
ECHO_INLINE void weigh(struct echo_group *g, uint32_t lane)
{
	reals sum = {0};

	for (uint32_t k = 0; k < ECHO_TAPS; k++)
		sum += R(g->taps[k]) * R(g->taps[k]);
	sum *= 1.0f / (ECHO_ONE * ECHO_ONE);

	const words sane = sum < MOST_GAIN;

	R(g->gain) = pick(sane, sum, (reals){0});
	if (in_all(sane))
		return;
	R(g->doubt) = pick(sane, R(g->doubt), all(MOST_DOUBT));
	for (uint32_t k = 0; k < ECHO_TAPS; k++)
		R(g->taps[k]) = pick(sane, R(g->taps[k]), (reals){0});
	for (uint32_t m = 0; m < ECHO_TAPS / 2; m++)
		W(g->pairs[m]) &= sane;
}

/* Raise the doubt when our echo no longer resembles what comes: match = near x echo / echo x echo should be one. */
ECHO_INLINE void compare(struct echo_group *g, uint32_t lane)
{
	const reals inverse = 1.0f / (R(g->echo_echo) + TINY);
	const reals off = R(g->near_echo) * inverse - 1.0f;
	const reals surely = off * off - R(g->left_left) * inverse * MATCH_SPREAD;
	const words heard = (R(g->echo_echo) > MATCH_LEAST) & W(g->learns);
	const words changed = heard & (surely > MATCH_CHANGED) & (R(g->settling) <= 0.0f);
	const reals little = smaller(surely, all(1.0f)) * R(g->gain) * (1.0f / ECHO_TAPS);
	const reals much = R(g->left_left) / (R(g->far_far) + TINY) * CHANGED_DOUBT;
	const reals raised = pick(changed, much, pick(heard, little, (reals){0}));

	R(g->doubt) = smaller(larger(R(g->doubt), raised), all(MOST_DOUBT));
	R(g->talk) = pick(changed, (reals){0}, R(g->talk));
	R(g->settling) = pick(changed, all(SETTLING), R(g->settling) - 1.0f);
}

/* Mean square of all in the block that is not echo; `left` is what was left of it, `unsure` what the doubt allows. */
ECHO_INLINE reals noise_of(struct echo_group *g, uint32_t lane, reals near, reals left, reals unsure)
{
	const reals excess = left - unsure;

	R(g->loud) = larger(R(g->loud) * LOUD_DECAY, near);

	const reals line = R(g->loud) * ALAW_NOISE + IDLE_NOISE;

	R(g->talk) = R(g->talk) * (1.0f - TALK_RATE) + larger(excess, (reals){0}) * TALK_RATE;

	const reals usual = larger(line, R(g->talk));
	const reals sudden = pick(excess > (R(g->talk) + unsure + usual) * TALK_ONSET, excess, usual);

	return larger(larger(sudden, usual), unsure * STIFF);
}

ECHO_INLINE void smooth(reals *mean, reals now)
{
	*mean += (now - *mean) * MATCH_RATE;
}

ECHO_INLINE void learn(struct echo_group *g, uint32_t row, uint32_t lane, reals r[B][B], reals left[B], reals noise)
{
	reals inverse[B];
	words two[B / 2];
	const reals doubt = R(g->doubt);
	const words free = W(g->learns) & (W(g->lag[0]) >= 0); /* nothing is learnt from more than full scale */

	factorise(r, inverse, doubt, noise);
	solve(r, inverse, left);
	for (uint32_t i = 0; i < B; i++)
		left[i] = pick(free, left[i] * doubt, (reals){0});

	const reals step = quantise(left, two) * ECHO_ONE;
	const reals taught = (float)B - noise * trace(r, inverse);
	const reals known = doubt * (1.0f - larger(taught, (reals){0}) * (LEARNT / ECHO_TAPS))
	                  + R(g->gain) * (DRIFT * B / ECHO_TAPS);

	R(g->doubt) = pick(free, known, doubt);
	move(g, row, lane, two, step);
	if (g->blocks % GAIN_BLOCKS == 0)
		weigh(g, lane);
}

ECHO_INLINE void cancel(struct echo_group *g, uint32_t row, struct echo_block *b, uint32_t lane)
{
	words echo[B];
	reals left[B];
	reals r[B][B];
	reals near_near = {0}, near_echo = {0}, echo_echo = {0}, left_left = {0}, power = {0};

	filter(g, row, lane, echo);
	correlate(g, row, lane, r);
	for (uint32_t i = 0; i < B; i++) {
		const reals near = real(W(b->near[i]));
		const reals taken = real(echo[i]) * (1.0f / ECHO_ONE);

		left[i] = near - taken;
		R(b->left[i]) = left[i];
		near_near += near * near;
		near_echo += near * taken;
		echo_echo += taken * taken;
		left_left += left[i] * left[i];
		power += r[i][i];
	}
	smooth(&R(g->near_echo), near_echo);
	smooth(&R(g->echo_echo), echo_echo);
	smooth(&R(g->left_left), left_left);
	smooth(&R(g->far_far), power);
	compare(g, lane);
	R(b->echo) = echo_echo * (1.0f / B);
	R(b->power) = power * (1.0f / (B * ECHO_TAPS));
	R(b->unsure) = R(g->doubt) * power * (1.0f / B);
	learn(g, row, lane, r, left, noise_of(g, lane, near_near * (1.0f / B), left_left * (1.0f / B), R(b->unsure)));
}
