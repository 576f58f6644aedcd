/* dtmf_block.c  What the screen makes of a port: candidates, and whether a digit stands.
 *
 * A candidate is one low and one high tone with not too much beside them.  Two blocks in a row that show the same ask
 * for a look, and say when the tones began by how much of the first one shows them.
 */
#include "cpu.h"
#include "dtmf_state.h"

#include <math.h>

#define SCREEN_NORMAL  14.4f    /* 11.6 dB, low tone stronger: the screen sees what is off frequency too small */
#define SCREEN_REVERSE 8.0f     /* 9 dB, high tone stronger */
#define SHARE_MIN      0.35f    /* of both tones in a block, for a candidate */
#define CLEAR          0.98f    /* of the energy in a block are both tones */
#define HOPE_FROM      (12u * DTMF_MS) /* of age: most of the pieces that tell whether there is hope */
#define WHOLE          0.75f    /* of the first block, or more: the one before may show some of the key, too, */
#define EARLIER        22u      /* samples of it at most, or it would have been a candidate */
#define STILL          0.5f     /* of the power, in a block: the digit stands */
#define NEVER          UINT64_MAX

CPU_BODY float larger(float a, float b)
{
	return a > b ? a : b;
}

CPU_BODY float smaller(float a, float b)
{
	return a < b ? a : b;
}

/* Which lanes are candidates. Powers are never negative: whole loops over lanes, without a branch. */
CPU_BODY void screen_body(const struct listener_block *b, float floor, uint32_t *candidates)
{
	float    low[LISTENER_LANES];
	float    high[LISTENER_LANES];
	uint32_t bits[LISTENER_LANES];
	uint32_t lanes = 0;

	for (size_t i = 0; i < LISTENER_LANES; i++) {
		low[i] = larger(larger(b->power[0][i], b->power[1][i]), larger(b->power[2][i], b->power[3][i]));
		high[i] = larger(larger(b->power[4][i], b->power[5][i]), larger(b->power[6][i], b->power[7][i]));
	}
	for (size_t i = 0; i < LISTENER_LANES; i++) {
		const float least = smaller(smaller(low[i], high[i]) - floor, low[i] + high[i] - SHARE_MIN * b->energy[i]);
		const float twist = smaller(high[i] * SCREEN_NORMAL - low[i], low[i] * SCREEN_REVERSE - high[i]);

		bits[i] = smaller(least, twist) > 0 ? 1u << i : 0u;
	}
	for (size_t i = 0; i < LISTENER_LANES; i++)
		lanes |= bits[i];
	*candidates = lanes & b->lanes;
}

CPU_CLONES(dtmf_screen, screen_body, (const struct listener_block *b, float floor, uint32_t *candidates),
           (b, floor, candidates))

static uint8_t strongest(const struct listener_block *b, size_t lane, size_t first)
{
	uint8_t best = 0;

	for (uint8_t t = 1; t < DTMF_LOW_TONES; t++)
		if (b->power[first + t][lane] > b->power[first + best][lane])
			best = t;
	return best;
}

/* How much of a candidate's first block shows both its tones, by what the second one has. */
static float share_of_first(const struct dtmf_port *p, const float second[2])
{
	float least = 1;

	for (size_t i = 0; i < 2; i++)
		least = p->first[i] < least * second[i] ? p->first[i] / second[i] : least;
	return sqrtf(least);
}

/* A clear second block lets the blocks alone say when the tones began; with much beside them a look must. */
static void candidate(struct dtmf_port *p, uint8_t key, const float power[2], float energy, uint64_t at)
{
	p->blocks = p->blocks > 0 && p->key == key ? count_up(p->blocks, DTMF_BLOCKS_MIN + 1) : 1;
	p->key = key;
	if (p->blocks > DTMF_BLOCKS_MIN)
		return;
	p->due = NEVER;
	if (p->blocks < DTMF_BLOCKS_MIN) {
		p->first[0] = power[0];
		p->first[1] = power[1];
		return;
	}
	const float    share = share_of_first(p, power);
	const uint64_t lasts = LISTENER_BLOCK + (uint64_t)(share * (float)LISTENER_BLOCK) + (share > WHOLE ? EARLIER : 0);

	p->measured = 0;
	p->begin = at > lasts ? at - lasts : 0;
	p->due = dtmf_next_ms(p->begin + (power[0] + power[1] > CLEAR * energy ? DTMF_VERDICT_FROM : HOPE_FROM));
}

/* How much of the block shows the digit that stands: of the power, the weaker tone. */
static float share_of_standing(const struct dtmf_port *p, const struct listener_block *b, size_t lane)
{
	const size_t key = p->standing - 1u;
	const float  low = b->power[key / DTMF_LOW_TONES][lane] / p->power[0];
	const float  high = b->power[DTMF_LOW_TONES + key % DTMF_LOW_TONES][lane] / p->power[1];

	return low < high ? low : high;
}

/* The block does not show all of the digit: when a look may find that it has ended. */
static uint64_t end_due_by_block(float share, uint64_t at)
{
	const float silent = (1.0f - sqrtf(share)) * (float)LISTENER_BLOCK;

	return at + (uint64_t)(DTMF_END_LEAST - silent) / DTMF_MS * DTMF_MS;
}

static void follow_candidate(struct dtmf_port *p, const struct listener_block *b, size_t lane)
{
	const uint8_t row = strongest(b, lane, 0);
	const uint8_t column = strongest(b, lane, DTMF_LOW_TONES);
	const float   power[2] = {b->power[row][lane], b->power[DTMF_LOW_TONES + column][lane]};

	candidate(p, (uint8_t)(row * DTMF_LOW_TONES + column), power, b->energy[lane], b->at);
}

/* A block for a port that is busy or a candidate; whether it wants looks. */
static int follow(struct dtmf_port *p, const struct listener_block *b, size_t lane, int is_candidate)
{
	const float share = p->standing ? share_of_standing(p, b, lane) : 0;

	if (share > STILL) {
		p->blocks = 0;
		p->end_due = 0;
		return 0;
	}
	if (p->standing && p->end_due == 0)
		p->end_due = end_due_by_block(share, b->at);
	if (is_candidate)
		follow_candidate(p, b, lane);
	else
		p->blocks = 0;
	return p->standing ? p->end_due <= b->at + LISTENER_BLOCK : dtmf_wants_looks(p, b->at);
}

uint32_t dtmf_block(void *of, const struct listener_block *b, struct report *r)
{
	struct dtmf *d = of;
	uint32_t    *busy = &d->busy[b->first / LISTENER_LANES];
	uint32_t     candidates;
	uint32_t     awake = 0;

	(void)r;
	if (((b->loud | *busy) & b->lanes) == 0)
		return 0;
	dtmf_screen(b, d->floor, &candidates);
	for (uint32_t lanes = (candidates | *busy) & b->lanes; lanes != 0; lanes &= lanes - 1) {
		const size_t      lane = (size_t)__builtin_ctz(lanes);
		const uint32_t    bit = 1u << lane;
		struct dtmf_port *p = &d->port[b->first + lane];

		if (follow(p, b, lane, (int)(candidates >> lane & 1u)))
			awake |= bit;
		*busy = p->standing || p->blocks ? *busy | bit : *busy & ~bit;
	}
	return awake;
}
