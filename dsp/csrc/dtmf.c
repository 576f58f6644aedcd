/* dtmf.c  Dialling tones, Q.23; limits of Q.24 and GB 3378.
 *
 * The screen only makes candidates: two blocks in a row with one low and one high tone and not too much beside them.
 * The first look at a candidate finds when the tones began; a second one, 26 ms later, decides: both on frequency,
 * steady, with nothing before them and hardly anything beside them.  What is not so clean must last for 40 ms.  While
 * a digit stands, the screen alone follows it, and looks are taken again when it seems to end: it ends after 13 ms
 * without it, so a break of 10 ms is bridged.
 */
#include "detectors.h"
#include "engine.h"
#include "lanes.h"
#include "level.h"
#include "twotone.h"

#include <math.h>
#include <string.h>

#define TONES        8u
#define LOW_TONES    4u
#define MS           LISTENER_GRID
#define LEVEL_MIN    (-42.0f) /* dBm0 a tone; -40 is promised */
#define TWIST_NORMAL 9.0f     /* 9.5 dB, low tone stronger (8 is promised) */
#define TWIST_REVERSE 5.0f    /* 7 dB, high tone stronger (6 by GB 3378) */
#define SCREEN_MORE  1.6f     /* 2 dB more of either for the screen, which sees what is off frequency too small */
#define OFF_SHARE    0.015f   /* of the frequency, and */
#define OFF_HZ       4.5f     /* are the limit; 1.5 % and 2 Hz are promised, 3.5 % must not be heard */
#define HZ_A_TURN    250.0f
#define SHARE_MIN    0.35f    /* of both tones in a block, for a candidate */
#define BLOCKS_MIN   2u       /* in a row */
#define FIRST_PIECES 3u       /* newest ones, that lie within the tone at the first look */
#define ALL_PIECES   9u       /* what a first look sees: 40 ms */
#define LEVEL_PIECES 4u
#define CLEAN_PIECES 6u
#define CLEAN_SPAN   208u     /* samples: 26 ms */
#define CLEAN_LEFT   0.08f
#define CLEAN_FROM   (24u * MS)
#define CLEAN_TRIES  (31u * MS)
#define DIRTY_PIECES 9u
#define DIRTY_SPAN   320u     /* 40 ms */
#define DIRTY_LEFT   0.30f
#define DIRTY_FROM   (39u * MS)
#define DIRTY_TRIES  (54u * MS)
#define UNSTEADY     0.16f    /* (0.4 of the mean) squared */
#define BEFORE       0.4f     /* of the amplitude may have been there before */
#define STILL        0.5f     /* of the power, in a block: the digit stands */
#define GONE         0.35f    /* of the amplitude, in a piece: it is not there */
#define END_PIECES   4u       /* the newest of which do not show it when it ended: 13 to 14 ms */
#define END_SPAN     144.0f   /* samples; from the middle of the oldest of them to now */
#define NEVER        UINT64_MAX

static const char DIGITS[] = "123A456B789C*0#D";

struct port {
	uint64_t due;      /* no look before */
	uint64_t begin;    /* of the tones, once a look has found it; of the digit that stands */
	float    power[2]; /* mean square of the tones of the digit that stands, as the screen sees them */
	uint8_t  key;      /* candidate: place in DIGITS */
	uint8_t  blocks;   /* that showed it, in a row */
	uint8_t  found;    /* `begin` is known */
	uint8_t  standing; /* place in DIGITS, and one: the digit that stands; 0 = none */
};

struct dtmf {
	struct twotone_wave wave[TONES];
	float        off_turn[TONES];
	float        floor;
	struct port *port;     /* [ports] */
	uint32_t    *busy;     /* [groups], bit a lane: `port` is not all zero */
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
	d->floor = level_power(LEVEL_MIN);
	for (size_t t = 0; t < TONES; t++) {
		twotone_wave_init(&d->wave[t], DTMF.hz[t]);
		d->off_turn[t] = (OFF_SHARE * DTMF.hz[t] + OFF_HZ) / HZ_A_TURN;
	}
	return d;
}

static void enable(void *of, size_t port, int on)
{
	struct dtmf *d = of;

	(void)on;
	memset(&d->port[port], 0, sizeof d->port[port]);
	d->busy[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

/* --- blocks ------------------------------------------------------------------------------------------------------ */

static size_t low_of(uint8_t key)
{
	return key / LOW_TONES;
}

static size_t high_of(uint8_t key)
{
	return LOW_TONES + key % LOW_TONES;
}

/* Place of the strongest tones, and which lanes are candidates. */
LANES static uint32_t screen(const struct listener_block *b, float floor, uint8_t key[LISTENER_LANES])
{
	uint32_t lanes = 0;

	for (uint32_t i = 0; i < LISTENER_LANES; i++) {
		float    low = b->power[0][i];
		float    high = b->power[LOW_TONES][i];
		uint32_t at = 0;

		for (uint32_t t = 1; t < LOW_TONES; t++) {
			const int more_low = b->power[t][i] > low;
			const int more_high = b->power[LOW_TONES + t][i] > high;

			low = more_low ? b->power[t][i] : low;
			high = more_high ? b->power[LOW_TONES + t][i] : high;
			at = more_low ? t * LOW_TONES + at % LOW_TONES : at;
			at = more_high ? at / LOW_TONES * LOW_TONES + t : at;
		}
		key[i] = (uint8_t)at;
		const int is = (low > floor) & (high > floor) & (low + high > SHARE_MIN * b->energy[i])
		             & (low < high * (TWIST_NORMAL * SCREEN_MORE)) & (high < low * (TWIST_REVERSE * SCREEN_MORE));

		lanes |= is ? 1u << i : 0u;
	}
	return lanes;
}

static void candidate(struct port *p, uint8_t key, uint64_t at)
{
	p->blocks = p->blocks > 0 && p->key == key ? count_up(p->blocks, BLOCKS_MIN + 1) : 1;
	p->key = key;
	if (p->blocks == BLOCKS_MIN) {
		p->found = 0;
		p->due = at;
	} else if (p->blocks < BLOCKS_MIN) {
		p->due = NEVER;
	}
}

/* Does the block show the digit that stands? */
static int stands(const struct port *p, const struct listener_block *b, size_t lane)
{
	const uint8_t key = (uint8_t)(p->standing - 1);

	return b->power[low_of(key)][lane] > STILL * p->power[0] && b->power[high_of(key)][lane] > STILL * p->power[1];
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
	if (p->standing)
		return 1;
	return p->blocks >= BLOCKS_MIN && p->due <= b->at + LISTENER_BLOCK;
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct dtmf   *d = of;
	uint32_t      *busy = &d->busy[b->first / LISTENER_LANES];
	uint8_t        key[LISTENER_LANES];
	const uint32_t candidates = screen(b, d->floor / 2, key) & b->lanes;
	uint32_t       awake = 0;

	(void)r;
	for (uint32_t lanes = (candidates | *busy) & b->lanes; lanes != 0; lanes &= lanes - 1) {
		const size_t   lane = (size_t)__builtin_ctz(lanes);
		const uint32_t bit = 1u << lane;
		struct port   *p = &d->port[b->first + lane];

		if (follow(p, b, lane, candidates >> lane & 1, key[lane]))
			awake |= bit;
		*busy = p->standing || p->blocks ? *busy | bit : *busy & ~bit;
	}
	return awake;
}

/* --- looks ------------------------------------------------------------------------------------------------------- */

struct pair {
	struct twotone_track        track[2];
	const struct twotone_wave  *wave[2];
	const struct twotone_track *tracks[2];
};

static void see(struct pair *s, const struct dtmf *d, uint8_t key, const int16_t *end, size_t pieces)
{
	s->wave[0] = &d->wave[low_of(key)];
	s->wave[1] = &d->wave[high_of(key)];
	for (size_t i = 0; i < 2; i++) {
		s->tracks[i] = &s->track[i];
		twotone_pieces(&s->track[i], s->wave[i], end, 0, pieces);
	}
}

static float clip(float share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Samples since both tones began, by how much of the pieces shows them; the newest is within the tones. */
static uint64_t lasting(const struct pair *s, size_t pieces)
{
	float sum = 0.5f;

	for (size_t k = 0; k < pieces; k++) {
		const float low = clip(twotone_there(&s->track[0], k));
		const float high = clip(twotone_there(&s->track[1], k));

		sum += low < high ? low : high;
	}
	return (uint64_t)(sum * (float)TWOTONE_HOP);
}

static uint64_t next_ms(uint64_t at)
{
	return (at + MS - 1) / MS * MS;
}

static void first_look(struct port *p, struct pair *s, uint64_t at)
{
	for (size_t i = 0; i < 2; i++)
		twotone_measure(&s->track[i], FIRST_PIECES);
	const uint64_t lasted = lasting(s, ALL_PIECES);

	p->found = 1;
	p->begin = at > lasted ? at - lasted : 0;
	p->due = next_ms(p->begin + CLEAN_FROM);
}

static int on_frequency(const struct dtmf *d, const struct pair *s, uint8_t key)
{
	const float low = s->track[0].turn;
	const float high = s->track[1].turn;
	const float most_low = d->off_turn[low_of(key)];
	const float most_high = d->off_turn[high_of(key)];

	return low < most_low && -low < most_low && high < most_high && -high < most_high;
}

/* Was neither tone there before the pieces that show them? */
static int keyed(const struct pair *s, size_t pieces)
{
	for (size_t k = pieces + 1; k < pieces + 3; k++)
		if (twotone_there(&s->track[0], k) > BEFORE || twotone_there(&s->track[1], k) > BEFORE)
			return 0;
	return 1;
}

static int accepts(const struct dtmf *d, struct pair *s, uint8_t key, const int16_t *end, size_t pieces, size_t span,
                   float most_left, struct twotone_rest *rest)
{
	for (size_t i = 0; i < 2; i++)
		twotone_measure(&s->track[i], pieces);
	if (!on_frequency(d, s, key) || s->track[0].unsteady > UNSTEADY || s->track[1].unsteady > UNSTEADY || !keyed(s, pieces))
		return 0;
	twotone_fit(rest, s->wave, s->tracks, 2, end, span);
	return rest->left < most_left && rest->power[0] > d->floor && rest->power[1] > d->floor
	    && rest->power[0] < rest->power[1] * TWIST_NORMAL && rest->power[1] < rest->power[0] * TWIST_REVERSE;
}

/* Mean square of a tone by the newest pieces, all of which lie within it. */
static float mean_square(struct twotone_track *t)
{
	twotone_measure(t, LEVEL_PIECES);
	const float u = 2.0f * t->turn; /* turns that it is off in a piece */
	const float gain = 1.0f - 0.6449341f * u * u;

	return (t->mean_re * t->mean_re + t->mean_im * t->mean_im) / (2 * gain * gain);
}

/* What the screen sees of a tone that is so far off its nominal frequency. */
static float screened(float turn)
{
	const float u = 2.0f * turn;

	return 1.0f - 3.2898681f * u * u;
}

static void begin_digit(struct port *p, struct pair *s, size_t port, uint64_t at, struct report *r)
{
	const uint64_t lasted = lasting(s, ALL_PIECES);
	float          power[2];

	for (size_t i = 0; i < 2; i++) {
		power[i] = mean_square(&s->track[i]);
		p->power[i] = power[i] * screened(s->track[i].turn);
	}
	p->standing = (uint8_t)(p->key + 1);
	p->begin = at > lasted ? at - lasted : 0;
	p->blocks = 0;
	report_add(r, port, EV_DTMF_ON, (unsigned)DIGITS[p->key], level_centi_dbm0(power[0]), level_centi_dbm0(power[1]));
}

/* When to look next at a candidate that is not accepted yet. */
static uint64_t look_again(const struct port *p, uint64_t at)
{
	const uint64_t age = at - p->begin;

	if (age < CLEAN_TRIES)
		return at + MS;
	if (age < DIRTY_FROM)
		return next_ms(p->begin + DIRTY_FROM);
	return age < DIRTY_TRIES ? at + 2 * MS : at + 8 * MS;
}

static int look_for_begin(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct port        *p = &d->port[port];
	struct pair         s;
	struct twotone_rest rest;
	int                 accepted;

	see(&s, d, p->key, end, p->found && at - p->begin >= DIRTY_FROM ? DIRTY_PIECES + 3 : ALL_PIECES);
	if (!p->found)
		first_look(p, &s, at);
	if (at < p->due)
		return 1;
	accepted = accepts(d, &s, p->key, end, CLEAN_PIECES, CLEAN_SPAN, CLEAN_LEFT, &rest)
	        || (at - p->begin >= DIRTY_FROM
	            && accepts(d, &s, p->key, end, DIRTY_PIECES, DIRTY_SPAN, DIRTY_LEFT, &rest));
	if (accepted) {
		begin_digit(p, &s, port, at, r);
		return 0;
	}
	p->due = look_again(p, at);
	return 1;
}

/* How much of piece k shows the digit that stands: of the amplitude, the weaker tone. */
static float shows(const struct pair *s, const struct port *p, size_t k)
{
	float least = 1;

	for (size_t i = 0; i < 2; i++) {
		const struct twotone_track *t = &s->track[i];
		const float share = (t->re[k] * t->re[k] + t->im[k] * t->im[k]) / (2 * p->power[i]);

		least = share < least ? share : least;
	}
	return sqrtf(least);
}

/* How much of the newest pieces, in pieces, shows it; less than nothing: it has not ended. */
static float shows_in_last(const struct dtmf *d, const struct port *p, const int16_t *end)
{
	struct pair s;
	float       sum = 0;

	see(&s, d, (uint8_t)(p->standing - 1), end, END_PIECES);
	for (size_t k = 0; k < END_PIECES; k++) {
		const float share = shows(&s, p, k);

		if (share > GONE && k + 1 < END_PIECES)
			return -1;
		sum += share;
	}
	return sum;
}

static int wants_looks(const struct port *p, uint64_t at)
{
	return p->blocks >= BLOCKS_MIN && p->due < at + LISTENER_BLOCK;
}

static int look_for_end(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct port  *p = &d->port[port];
	const uint8_t key = (uint8_t)(p->standing - 1);
	const float   shown = shows_in_last(d, p, end);

	if (shown < 0)
		return 1;
	const uint64_t since = (uint64_t)(END_SPAN - shown * (float)TWOTONE_HOP);
	const uint64_t stood = at > since + p->begin ? at - since - p->begin : 0;

	report_add(r, port, EV_DTMF_OFF, (unsigned)DIGITS[key], (int32_t)stood, (int32_t)since);
	p->standing = 0;
	return wants_looks(p, at);
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct dtmf   *d = of;
	const int16_t *end = recent + LISTENER_RECENT;

	if (d->port[port].standing)
		return look_for_end(d, port, at, end, r);
	return at < d->port[port].due ? 1 : look_for_begin(d, port, at, end, r);
}

const struct detector DTMF = {
	.name = "dtmf", .size = size, .init = init, .enable = enable, .block = block, .look = look, .every = 1,
	.tones = TONES, .hz = {697, 770, 852, 941, 1209, 1336, 1477, 1633},
};
