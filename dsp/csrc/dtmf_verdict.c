/* dtmf_verdict.c  See dtmf_verdict.h.
 *
 * A rule looks back over a number of pieces and asks: both tones on frequency, level and twist within limits, and what
 * is left of the samples below a share.  Then all doubts are summed: how unsteady both tones are, how much of them was
 * there before, what is left, how far off they are.  Speech that imitates a digit is seldom good in all of these; a
 * digit under speech or noise is seldom bad in more than one.
 */
#include "dtmf_verdict.h"

#include "level.h"

#define MS            8u
#define DIAL_HZ       450.0f
#define LEVEL_MIN     (-42.0f) /* dBm0 a tone; -40 is promised */
#define TWIST_NORMAL  9.0f     /* 9.5 dB, low tone stronger (8 is promised) */
#define TWIST_REVERSE 5.0f     /* 7 dB, high tone stronger (6 by GB 3378) */
#define OFF_SHARE     0.015f   /* of the frequency, and */
#define OFF_HZ        2.0f     /* are promised; */
#define OFF_MORE      0.01f    /* 2.5 Hz more in turns from piece to piece; 3.5 % must not be heard */
#define HZ_A_TURN     250.0f
#define HOPE_OFF      2.0f     /* times what is promised, */
#define HOPE_UNSTEADY 1.00f    /* and unsteady: beyond these there is no hope that it will be a digit */
#define BEFORE_GAP    1u       /* pieces that overlap the beginning */
#define BEFORE_PIECES 2u       /* that lie before it */

struct rule {
	size_t   pieces;   /* that show the tones */
	size_t   samples;  /* for least squares */
	uint64_t from;     /* age */
	float    left;     /* greatest share of the energy that may be left */
	float    doubt;    /* greatest sum of doubts */
	float    off;      /* weight of (off / promised) squared among them */
	int      onset;    /* whether the beginning must show */
};

enum { CLEAN, DIRTY, LONG, RULES };

static const struct rule RULE[2][RULES] = {
	[0] = {
		[CLEAN] = {6, 224, DTMF_VERDICT_FROM, 0.10f, 0.50f, 0.00f, 1},
		[DIRTY] = {9, 320, 39u * MS, 0.35f, 0.63f, 0.25f, 1},
		[LONG] = {12, 416, 53u * MS, 0.20f, 0.20f, 0.25f, 0},
	},
	[1] = {
		[CLEAN] = {6, 224, DTMF_VERDICT_FROM, 0.15f, 0.80f, 0.00f, 1},
		[DIRTY] = {9, 320, 39u * MS, 0.50f, 1.00f, 0.25f, 1},
		[LONG] = {12, 416, 53u * MS, 0.40f, 0.50f, 0.25f, 0},
	},
};

/* Ages up to `until`, in ms, are followed by a look so much later. */
static const struct { uint64_t until, after; } PACE[] = {{31, 1}, {39, 0}, {53, 1}};

#define SLOW_MS 8u /* later on */

void dtmf_measures_init(struct dtmf_measures *m, const float hz[DTMF_TONES])
{
	for (size_t t = 0; t < DTMF_TONES; t++) {
		twotone_wave_init(&m->wave[t], hz[t]);
		m->off[t] = (OFF_SHARE * hz[t] + OFF_HZ) / HZ_A_TURN;
	}
	twotone_wave_init(&m->dial, DIAL_HZ);
	m->floor = level_power(LEVEL_MIN);
}

void dtmf_pair_init(struct dtmf_pair *p, const struct dtmf_measures *m, uint8_t key, enum dtmf_mode mode)
{
	const size_t tone[2] = {key / DTMF_LOW_TONES, DTMF_LOW_TONES + key % DTMF_LOW_TONES};

	for (size_t i = 0; i < 2; i++) {
		p->wave[i] = &m->wave[tone[i]];
		p->off[i] = m->off[tone[i]];
	}
	p->track[0].straight = p->track[1].straight = p->track[2].straight = 0;
	p->wave[2] = &m->dial;
	p->tones = mode == DTMF_DIAL_TONE ? 3 : 2;
}

void dtmf_pair_take(struct dtmf_pair *p, const int16_t *end, size_t from, size_t to)
{
	for (size_t i = 0; i < p->tones; i++)
		twotone_pieces(&p->track[i], p->wave[i], end, from, to);
}

static void measure(struct dtmf_pair *p, size_t pieces)
{
	for (size_t i = 0; i < p->tones; i++)
		twotone_measure(&p->track[i], pieces);
}

int dtmf_pair_hopeful(struct dtmf_pair *p, size_t newest)
{
	measure(p, newest);
	for (size_t i = 0; i < 2; i++)
		if (p->track[i].unsteady > HOPE_UNSTEADY || p->track[i].turn > p->off[i] * HOPE_OFF
		    || -p->track[i].turn > p->off[i] * HOPE_OFF)
			return 0;
	return 1;
}

static float clip(float share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

uint64_t dtmf_pair_lasting(struct dtmf_pair *p, size_t newest)
{
	float sum = 0.5f; /* half of the newest hop, which only one piece shows */

	for (size_t i = 0; i < 2; i++)
		twotone_average(&p->track[i], newest);
	for (size_t k = 0; k < DTMF_PAIR_PIECES; k++) {
		const float low = clip(twotone_there(&p->track[0], k));
		const float high = clip(twotone_there(&p->track[1], k));

		sum += low < high ? low : high;
	}
	return (uint64_t)(sum * (float)TWOTONE_HOP);
}

size_t dtmf_verdict_pieces(uint64_t age)
{
	return age >= RULE[0][DIRTY].from ? TWOTONE_PIECES - 1 : DTMF_PAIR_PIECES;
}

/* How much of a tone was there before the pieces that show it, as a share of its amplitude. */
static float before(const struct twotone_track *t, size_t pieces)
{
	float most = 0;

	for (size_t k = pieces + BEFORE_GAP; k < pieces + BEFORE_GAP + BEFORE_PIECES; k++) {
		const float share = twotone_there(t, k);

		most = share > most ? share : most;
	}
	return most;
}

/* The sum of doubts that can be told before least squares. */
static float doubts(const struct dtmf_pair *p, const struct rule *r)
{
	float sum = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct twotone_track *t = &p->track[i];
		const float early = r->onset ? before(t, r->pieces) : 0;
		const float off = t->turn / p->off[i];

		sum += t->unsteady + early * early + r->off * off * off;
	}
	return sum;
}

static int on_frequency(const struct dtmf_pair *p)
{
	for (size_t i = 0; i < 2; i++)
		if (p->track[i].turn > p->off[i] + OFF_MORE || p->track[i].turn < -p->off[i] - OFF_MORE)
			return 0;
	return 1;
}

static int passes(struct dtmf_pair *p, const struct dtmf_measures *m, const struct rule *r, const int16_t *end)
{
	struct twotone_rest rest;

	measure(p, r->pieces);
	if (!on_frequency(p))
		return 0;
	const float doubt = doubts(p, r);

	if (doubt > r->doubt)
		return 0;
	twotone_fit(&rest, p->wave, p->track, p->tones, end, r->samples);
	const float low = rest.power[0];
	const float high = rest.power[1];

	return rest.left < r->left && doubt + rest.left < r->doubt && low > m->floor && high > m->floor
	    && low < high * TWIST_NORMAL && high < low * TWIST_REVERSE;
}

int dtmf_verdict(struct dtmf_pair *p, const struct dtmf_measures *m, enum dtmf_mode mode, uint64_t age,
                 const int16_t *end)
{
	const struct rule *rule = RULE[mode == DTMF_IN_SPEECH];

	for (size_t i = 0; i < RULES && age >= rule[i].from; i++)
		if (passes(p, m, &rule[i], end))
			return 1;
	return 0;
}

uint64_t dtmf_verdict_again(uint64_t age)
{
	for (size_t i = 0; i < sizeof PACE / sizeof PACE[0]; i++)
		if (age < PACE[i].until * MS)
			return PACE[i].after ? age + PACE[i].after * MS : PACE[i].until * MS;
	return age + SLOW_MS * MS;
}
