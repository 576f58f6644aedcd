/* mfc_expect.c  See mfc_expect.h. */
#include "mfc_expect.h"

#include "cpu.h"

#define WAKE_SHARE 0.35f /* of the tones in a block that a signal fills in part */
#define WAKE_PAIR  0.50f /* of two tones in a block that it fills; speech has many */
#define WAKE_TWIST 25.0f /* 14 dB: one of them alone is none */
#define LOUDER     3.0f  /* times the last block's energy: something begins */
#define CHANGED    0.35f /* share of the standing tones by which a block must differ from them */

void expect_nothing(struct expected *e, size_t lane)
{
	for (size_t t = 0; t < FIT_TONES; t++)
		e->power[t][lane] = 0.0f;
	e->change[lane] = JUDGE_LEAST;
	e->share[lane] = WAKE_SHARE;
}

void expect_signal(struct expected *e, size_t lane, const struct opinion *o)
{
	for (size_t t = 0; t < FIT_TONES; t++)
		e->power[t][lane] = t == o->low || t == o->high ? o->fit.power[t] : 0.0f;
	e->change[lane] = CHANGED * (o->fit.power[o->low] + o->fit.power[o->high]);
	e->share[lane] = 0.0f;
}

void expect_change(struct expected *e, size_t lane)
{
	e->change[lane] = -1.0f;
	e->share[lane] = -1.0f;
}

CPU_BODY void compare(uint32_t *lanes, struct expected *e, const struct listener_block *b)
{
	uint32_t differs[LISTENER_LANES];

	for (size_t lane = 0; lane < LISTENER_LANES; lane++) {
		const float energy = b->energy[lane];
		float change = 0.0f;
		float best = 0.0f;
		float next = 0.0f;

		for (size_t t = 0; t < FIT_TONES; t++) {
			const float power = b->power[t][lane];
			const float by = power - e->power[t][lane];
			const float lesser = power < best ? power : best;

			change += by < 0.0f ? -by : by;
			next = lesser > next ? lesser : next;
			best = power > best ? power : best;
		}
		const uint32_t paired = (best <= WAKE_TWIST * next) & (best + next >= WAKE_PAIR * energy);

		differs[lane] = (change > e->change[lane]) & (change > e->share[lane] * energy)
		              & ((e->share[lane] <= 0.0f) | paired | (energy > LOUDER * e->before[lane]));
		e->before[lane] = b->lanes >> lane & 1u ? energy : 0.0f;
	}
	*lanes = 0;
	for (size_t lane = 0; lane < LISTENER_LANES; lane++)
		*lanes |= differs[lane] << lane;
}

CPU_CLONES(expect_compare, compare, (uint32_t *lanes, struct expected *e, const struct listener_block *b),
           (lanes, e, b))
