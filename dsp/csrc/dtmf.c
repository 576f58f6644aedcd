/* dtmf.c  Dialling tones, Q.23; limits of Q.24 and GB 3378.
 *
 * The screen only makes candidates: two blocks in a row with one low and one high tone and not too much beside them.
 * The first look at a candidate finds when the tones began; when they have lasted for 25 ms a verdict is asked for
 * (dtmf_verdict.h): what is clean is a digit then, what is not must last longer.  While a digit stands, the screen alone
 * follows it, and looks are taken again when it seems to end: it ends after 13 ms without it, so a break of 10 ms is
 * bridged.
 */
#include "dtmf.h"

#include "cpu.h"
#include "detectors.h"
#include "dtmf_verdict.h"
#include "engine.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define WHICH          0u       /* number of its bit in DETECT_* */
#define MS             LISTENER_GRID
#define SCREEN_FLOOR   (-45.0f) /* dBm0 a tone */
#define SCREEN_NORMAL  14.4f    /* 11.6 dB, low tone stronger: the screen sees what is off frequency too small */
#define SCREEN_REVERSE 8.0f     /* 9 dB, high tone stronger */
#define SHARE_MIN      0.35f    /* of both tones in a block, for a candidate */
#define BLOCKS_MIN     2u       /* in a row, for a look */
#define FIRST_PIECES   3u       /* newest ones, that lie within the tones at the first look */
#define LEVEL_PIECES   4u
#define STILL          0.5f     /* of the power, in a block: the digit stands */
#define GONE           0.13f    /* of the amplitude, in a piece: it is not there */
#define END_PIECES     4u       /* the newest three do not show it when it has ended: 13 to 14 ms */
#define END_SPAN       144.0f   /* samples; from the middle of the oldest hop of the END_PIECES to now */
#define NEVER          UINT64_MAX

static const char DIGITS[] = "123A456B789C*0#D";

struct port {
	uint64_t due;      /* no look at a candidate before */
	uint64_t begin;    /* of the tones, once a look has found it; of the digit that stands */
	float    power[2]; /* mean square of the tones of the digit that stands, as the screen sees them */
	uint8_t  key;      /* candidate: place in DIGITS */
	uint8_t  blocks;   /* that showed it, in a row */
	uint8_t  found;    /* `begin` is known */
	uint8_t  standing; /* place in DIGITS, and one: the digit that stands; 0 = none */
	uint8_t  mode;     /* enum dtmf_mode */
};

struct dtmf {
	struct dtmf_measures measures;
	float        floor;
	uint32_t    *busy;     /* [groups], bit a lane: a candidate or a digit */
	struct port *port;     /* [ports] */
};

static size_t groups(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct dtmf)) + kernel_lines(groups(ports) * sizeof(uint32_t)) + ports * sizeof(struct port);
}

static void *init(void *memory, size_t ports)
{
	struct dtmf *d = memory;

	memset(memory, 0, size(ports));
	d->busy = (void *)((uint8_t *)memory + kernel_lines(sizeof *d));
	d->port = (void *)((uint8_t *)d->busy + kernel_lines(groups(ports) * sizeof *d->busy));
	d->floor = level_power(SCREEN_FLOOR);
	dtmf_measures_init(&d->measures, DTMF.hz);
	return d;
}

static void enable(void *of, size_t port, int on)
{
	struct dtmf *d = of;

	(void)on;
	d->port[port] = (struct port){.mode = d->port[port].mode};
	d->busy[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

void dtmf_set_mode(struct listener *l, size_t port, uint32_t mode)
{
	struct dtmf *d = listener_detector(l, WHICH);

	if (d != NULL)
		d->port[port].mode = (uint8_t)mode;
}

uint32_t dtmf_suspects(const struct listener *l, size_t group)
{
	const struct dtmf *d = listener_detector(l, WHICH);

	return d == NULL ? 0 : d->busy[group];
}

/* --- blocks ------------------------------------------------------------------------------------------------------ */

/* The strongest low and high tone of each lane as a place in DIGITS, and which lanes are candidates. */
CPU_BODY void screen_body(const struct listener_block *b, float floor, uint8_t key[LISTENER_LANES], uint32_t *candidates)
{
	uint32_t lanes = 0;

	for (uint32_t i = 0; i < LISTENER_LANES; i++) {
		float   low = b->power[0][i];
		float   high = b->power[DTMF_LOW_TONES][i];
		uint8_t row = 0;
		uint8_t column = 0;

		for (uint8_t t = 1; t < DTMF_LOW_TONES; t++) {
			row = b->power[t][i] > low ? t : row;
			low = b->power[t][i] > low ? b->power[t][i] : low;
			column = b->power[DTMF_LOW_TONES + t][i] > high ? t : column;
			high = b->power[DTMF_LOW_TONES + t][i] > high ? b->power[DTMF_LOW_TONES + t][i] : high;
		}
		key[i] = (uint8_t)(row * DTMF_LOW_TONES + column);
		lanes |= (uint32_t)((low > floor) & (high > floor) & (low + high > SHARE_MIN * b->energy[i])
		                    & (low < high * SCREEN_NORMAL) & (high < low * SCREEN_REVERSE)) << i;
	}
	*candidates = lanes & b->lanes;
}

CPU_CLONES(dtmf_screen, screen_body,
           (const struct listener_block *b, float floor, uint8_t key[LISTENER_LANES], uint32_t *candidates),
           (b, floor, key, candidates))

static void candidate(struct port *p, uint8_t key, uint64_t at)
{
	p->blocks = p->blocks > 0 && p->key == key ? count_up(p->blocks, BLOCKS_MIN + 1) : 1;
	p->key = key;
	if (p->blocks > BLOCKS_MIN)
		return;
	p->found = 0;
	p->due = p->blocks == BLOCKS_MIN ? at : NEVER;
}

/* Does the block show the digit that stands? */
static int stands(const struct port *p, const struct listener_block *b, size_t lane)
{
	const size_t key = p->standing - 1u;

	return b->power[key / DTMF_LOW_TONES][lane] > STILL * p->power[0]
	    && b->power[DTMF_LOW_TONES + key % DTMF_LOW_TONES][lane] > STILL * p->power[1];
}

static int wants_looks(const struct port *p, uint64_t at)
{
	return p->blocks >= BLOCKS_MIN && p->due <= at + LISTENER_BLOCK;
}

/* A block for a port that is busy or a candidate; whether it wants looks. */
static int follow(struct port *p, const struct listener_block *b, size_t lane, int is_candidate, uint8_t key)
{
	if (p->standing && stands(p, b, lane)) {
		p->blocks = 0;
		return 0;
	}
	if (is_candidate)
		candidate(p, key, b->at);
	else
		p->blocks = 0;
	return p->standing || wants_looks(p, b->at);
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct dtmf   *d = of;
	uint32_t      *busy = &d->busy[b->first / LISTENER_LANES];
	uint8_t        key[LISTENER_LANES];
	uint32_t       candidates;
	uint32_t       awake = 0;

	(void)r;
	dtmf_screen(b, d->floor, key, &candidates);
	for (uint32_t lanes = (candidates | *busy) & b->lanes; lanes != 0; lanes &= lanes - 1) {
		const size_t   lane = (size_t)__builtin_ctz(lanes);
		const uint32_t bit = 1u << lane;
		struct port   *p = &d->port[b->first + lane];

		if (follow(p, b, lane, (int)(candidates >> lane & 1u), key[lane]))
			awake |= bit;
		*busy = p->standing || p->blocks ? *busy | bit : *busy & ~bit;
	}
	return awake;
}

/* --- looks ------------------------------------------------------------------------------------------------------- */

static uint64_t next_ms(uint64_t at)
{
	return (at + MS - 1) / MS * MS;
}

static uint64_t since_begin(struct dtmf_pair *pair, size_t newest, uint64_t at)
{
	const uint64_t lasting = dtmf_pair_lasting(pair, newest);

	return at > lasting ? at - lasting : 0;
}

/* Mean square of a tone by the mean of its pieces, which see what is off frequency too small. */
static float mean_square(const struct twotone_track *t)
{
	const float u = 2.0f * t->turn; /* turns that it is off in a piece */
	const float gain = 1.0f - 0.6449341f * u * u;

	return (t->mean_re * t->mean_re + t->mean_im * t->mean_im) / (2 * gain * gain);
}

/* What a block of the screen sees of a tone that is so far off. */
static float screened(float turn)
{
	const float u = 2.0f * turn;

	return 1.0f - 3.2898681f * u * u;
}

static void begin_digit(struct port *p, struct dtmf_pair *pair, size_t port, uint64_t at, struct report *r)
{
	float power[2];

	p->begin = since_begin(pair, LEVEL_PIECES, at);
	for (size_t i = 0; i < 2; i++) {
		power[i] = mean_square(&pair->track[i]);
		p->power[i] = power[i] * screened(pair->track[i].turn);
	}
	p->standing = (uint8_t)(p->key + 1);
	p->blocks = 0;
	report_add(r, port, EV_DTMF_ON, (unsigned)DIGITS[p->key], level_centi_dbm0(power[0]), level_centi_dbm0(power[1]));
}

static int look_for_begin(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct port         *p = &d->port[port];
	const enum dtmf_mode mode = (enum dtmf_mode)p->mode;
	struct dtmf_pair     pair;

	dtmf_pair_take(&pair, &d->measures, p->key, mode, end, dtmf_verdict_pieces(p->found ? at - p->begin : 0));
	if (!p->found) {
		p->found = 1;
		p->begin = since_begin(&pair, FIRST_PIECES, at);
		p->due = next_ms(p->begin + DTMF_VERDICT_FROM);
		if (at < p->due)
			return 1;
	}
	const uint64_t age = at - p->begin;

	if (dtmf_verdict(&pair, &d->measures, mode, age, end)) {
		begin_digit(p, &pair, port, at, r);
		return 0;
	}
	p->due = next_ms(p->begin + dtmf_verdict_again(age));
	return 1;
}

/* How much of piece k shows the digit that stands: of the amplitude, the weaker tone. */
static float shows(const struct dtmf_pair *pair, const struct port *p, size_t k)
{
	float least = 1;

	for (size_t i = 0; i < 2; i++) {
		const struct twotone_track *t = &pair->track[i];
		const float share = (t->re[k] * t->re[k] + t->im[k] * t->im[k]) / (2 * p->power[i]);

		least = share < least ? share : least;
	}
	return sqrtf(least);
}

/* How much of the newest pieces, in pieces, shows it; less than nothing: it has not ended. */
static float shows_in_last(const struct dtmf *d, const struct port *p, const int16_t *end)
{
	struct dtmf_pair pair;
	float            sum = 0;

	dtmf_pair_take(&pair, &d->measures, (uint8_t)(p->standing - 1), DTMF_NORMAL, end, END_PIECES);
	for (size_t k = 0; k < END_PIECES; k++) {
		const float share = shows(&pair, p, k);

		if (share > GONE && k + 1 < END_PIECES)
			return -1;
		sum += share;
	}
	return sum;
}

static int look_for_end(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct port *p = &d->port[port];
	const float  shown = shows_in_last(d, p, end);

	if (shown < 0)
		return 1;
	const uint64_t since = (uint64_t)(END_SPAN - shown * (float)TWOTONE_HOP);
	const uint64_t stood = at > since + p->begin ? at - since - p->begin : 0;

	report_add(r, port, EV_DTMF_OFF, (unsigned)DIGITS[p->standing - 1], (int32_t)stood, (int32_t)since);
	p->standing = 0;
	return wants_looks(p, at);
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct dtmf   *d = of;
	const int16_t *end = recent + LISTENER_RECENT;

	if (d->port[port].standing)
		return look_for_end(d, port, at, end, r);
	return at < d->port[port].due || look_for_begin(d, port, at, end, r);
}

const struct detector DTMF = {
	.name = "dtmf", .size = size, .init = init, .enable = enable, .block = block, .look = look, .every = 1,
	.tones = DTMF_TONES, .hz = {697, 770, 852, 941, 1209, 1336, 1477, 1633},
};
