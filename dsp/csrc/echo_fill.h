/* echo_fill.h  Non-linear processor and comfort noise of a block, compiled once for each set of instructions.
 *
 * The way is shut while the far end speaks and what is left is no more than the canceller should leave; near speech
 * opens it in two milliseconds.  What fills the gap is white noise through one pole.
 */
#include "echo_residue.h"
#include "echo_vector.h"

#define RATE       0.1f   /* a block: 10 ms */
#define FAR_LEAST  128.7f /* -45 dBm0: below it no echo is worth a suppressor */
#define NEAR_SHARE 0.06f  /* -12 dB of the echo taken off: more than a settled canceller leaves */
#define NEAR_DOUBT 4.0f   /* so many times what the doubt allows */
#define NEAR_NOISE 4.0f   /* so many times the background, 6 dB */
#define HANGOVER   40.0f  /* blocks: 40 ms */
#define CLOSE      0.125f /* a block: 8 ms */
#define OPEN       0.5f   /* a block: 2 ms */
#define ECHO_SHARE 5e-4f  /* -33 dB: what a settled canceller leaves */
#define DICE       8.0654e-10f /* sqrt(3) / 2^31: even dice of variance 1 */

/* The block into the window, and its level into the smoothed ones. */
ECHO_INLINE void hear(struct echo_residue *r, struct echo_block *b, uint32_t lane)
{
	reals before = R(r->before);
	reals sum = {0}, squares = {0}, products = {0};

	for (uint32_t i = 0; i < ECHO_BLOCK; i++) {
		const reals now = R(b->left[i]);

		sum += now;
		squares += now * now;
		products += now * before;
		before = now;
	}
	R(r->before) = before;
	R(r->sum) += sum;
	R(r->squares) += squares;
	R(r->products) += products;
	R(r->echoes) += (R(b->unsure) + R(b->echo) * ECHO_SHARE) * (float)ECHO_BLOCK;
	R(r->left) += (squares * (1.0f / ECHO_BLOCK) - R(r->left)) * RATE;
	R(r->echo) += (R(b->echo) - R(r->echo)) * RATE;
	R(r->unsure) += (R(b->unsure) - R(r->unsure)) * RATE;
}

/* How far open the way is at the block's end. */
ECHO_INLINE reals decide(struct echo_residue *r, struct echo_block *b, uint32_t lane)
{
	const reals echo = larger(R(r->echo) * NEAR_SHARE, R(r->unsure) * NEAR_DOUBT);
	const words near = R(r->left) > larger(echo, R(r->noise) * NEAR_NOISE);
	const reals rest = larger(R(r->hangover) - 1.0f, (reals){0});
	const reals hangover = pick(near, all(HANGOVER), rest);
	const words shut = W(r->suppress) & (R(b->power) > FAR_LEAST) & (hangover <= 0.0f);
	const reals open = R(r->open) + pick(shut, all(-CLOSE), all(OPEN));

	R(r->hangover) = hangover;
	return smaller(larger(open, (reals){0}), all(1.0f));
}

ECHO_INLINE words dice(words last) /* xorshift */
{
	words x = last;

	x ^= x << 13;
	x ^= (x >> 17) & 0x7FFF;
	x ^= x << 5;
	return x;
}

ECHO_INLINE words sample(reals a) /* the nearest, halves outwards */
{
	const reals rounded = a + pick(a < 0.0f, all(-0.5f), all(0.5f));

	return whole(smaller(larger(rounded, all(-32768.0f)), all(32767.0f)));
}

ECHO_INLINE void fill(struct echo_residue *r, struct echo_block *b, uint32_t lane)
{
	hear(r, b, lane);

	const reals drive = R(r->drive) * DICE, tint = R(r->tint);
	const words comfort = W(r->comfort);
	const reals target = decide(r, b, lane);
	const reals step = (target - R(r->open)) * (1.0f / ECHO_BLOCK);
	reals open = R(r->open), hiss = R(r->hiss);
	words random = W(r->random);

	for (uint32_t i = 0; i < ECHO_BLOCK; i++) {
		open += step;
		hiss = hiss * tint + real(random) * drive;
		random = dice(random);

		const reals noise = (reals)((words)hiss & comfort);

		W(b->said[i]) = sample((R(b->left[i]) * open + noise * (1.0f - open)) * ECHO_UNIT);
	}
	R(r->open) = target;
	R(r->hiss) = hiss;
	W(r->random) = random;
}
