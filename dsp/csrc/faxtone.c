/* faxtone.c  Tones by which fax machines and modems know each other: CNG (T.30), CED = ANS (V.25), ANSam (V.8);
 * and of the preamble of T.30's frames (preamble.h), by which a fax is known that sends no CED.
 *
 * CNG, 1100 Hz, is certain only when it has ended after half a second: a longer tone is none.  The answer tone, 2100 Hz,
 * is followed a block at a time: its envelope tells ANSam (15 Hz, a fifth deep), its phase the reversals every 450 ms.
 * FAX_ON comes once the tone has lasted for AM_BLOCKS, and again when reversals make it another one.
 */
#include "detectors.h"
#include "engine.h"
#include "level.h"
#include "lone.h"
#include "preamble.h"

#include <math.h>
#include <string.h>

#define CNG_HZ        1100.0f
#define CNG_WITHIN    38.0f
#define CNG_SHORTEST  3384u    /* 500 ms +-15 %, and 2 ms for its edges */
#define CNG_LONGEST   4616u
#define ANS_HZ        2100.0f
#define ANS_WITHIN    15.0f
#define LEVEL_MIN     (-43.0f) /* dBm0: the least that T.30 wants heard */
#define AM_HZ         15.0f
#define AM_BLOCKS     50u      /* six periods of it */
#define AM_DEPTH      0.10f    /* half of what V.8 says */
#define REVERSAL      3600u    /* samples: 450 +-25 ms, and 3 ms for finding it */
#define REVERSAL_MORE 224u
#define QUIET_AFTER   800u     /* samples after a reversal in which there is no other */
#define OPPOSITE      (-0.5f)  /* cosine of a phase that was reversed */
#define QUARTER_TURN  0x40000000u
#define SCALE         (1.0f / (LISTENER_BLOCK * 32768.0f)) /* keeps the product of four phasors in range */
#define TONES         2u
#define SCREENED      4u      /* those, and the two of the preamble */

enum { CNG, ANS };

struct phasor {
	float re;
	float im;
};

/* What is known of a port's answer tone; looked at only while there is one, a port at a time. */
struct answer {
	uint64_t      reversed; /* sample of the last reversal, at first of the tone's beginning */
	struct phasor last[2];  /* blocks, the newest first */
	struct phasor turn;     /* phase gained in a block, summed up */
	struct phasor am;       /* the envelope at 15 Hz */
	float         sum;      /* of the envelope */
	uint16_t      blocks;   /* followed so far, up to AM_BLOCKS + 1 */
	uint8_t       has_am;
	uint8_t       has_reversals;
};

struct faxtone {
	struct lone    lone[TONES];
	uint32_t      *asked[TONES]; /* [groups]: looks that the lone tone wants in this block */
	struct answer *answer;       /* [ports] */
	struct preamble preamble;
	uint32_t       *follows;     /* [groups]: ports whose preamble is looked at when this block ends */
};

static size_t groups_of(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct faxtone)) + TONES * lone_size(ports)
	     + (TONES + 1) * kernel_lines(groups_of(ports) * sizeof(uint32_t)) + preamble_size(ports)
	     + ports * sizeof(struct answer);
}

static void *init(void *memory, size_t ports)
{
	static const float hz[TONES] = {CNG_HZ, ANS_HZ};
	static const float within[TONES] = {CNG_WITHIN, ANS_WITHIN};
	struct faxtone *f = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *f);

	memset(memory, 0, size(ports));
	for (uint32_t t = 0; t < TONES; t++) {
		lone_init(&f->lone[t], next, ports, hz[t], within[t], LEVEL_MIN);
		next += lone_size(ports);
		f->asked[t] = (uint32_t *)(void *)next;
		next += kernel_lines(groups_of(ports) * sizeof(uint32_t));
	}
	f->follows = (uint32_t *)(void *)next;
	next += kernel_lines(groups_of(ports) * sizeof(uint32_t));
	preamble_init(&f->preamble, next, ports, LEVEL_MIN);
	f->answer = (struct answer *)(void *)(next + preamble_size(ports));
	return f;
}

static void enable(void *of, size_t port, int on)
{
	struct faxtone *f = of;

	(void)on;
	for (uint32_t t = 0; t < TONES; t++) {
		lone_forget(&f->lone[t], port);
		f->asked[t][port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
	}
	preamble_forget(&f->preamble, port);
	f->follows[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct faxtone *f = of;
	const size_t group = b->first / LISTENER_LANES;

	(void)r;
	for (uint32_t t = 0; t < TONES; t++)
		f->asked[t][group] = lone_block(&f->lone[t], b, t);
	f->follows[group] = preamble_block(&f->preamble, b, b->power[TONES], b->power[TONES + 1]);
	return f->asked[CNG][group] | f->asked[ANS][group] | f->lone[ANS].group[group].on | f->follows[group];
}

static unsigned code_of(const struct answer *a)
{
	if (a->has_am)
		return a->has_reversals ? FAX_ANSAM_REVERSED : FAX_ANSAM;
	return a->has_reversals ? FAX_CED_REVERSED : FAX_CED;
}

static void tell(const struct faxtone *f, size_t port, uint64_t at, struct report *r)
{
	const struct lone *l = &f->lone[ANS];

	report_add(r, port, EV_FAX_ON, code_of(&f->answer[port]), level_centi_dbm0(l->power[port]),
	           (int32_t)(at - l->edge[port]));
}

static struct phasor times_conj(struct phasor a, struct phasor b)
{
	return (struct phasor){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

static float length(struct phasor a)
{
	return sqrtf(a.re * a.re + a.im * a.im);
}

/* The block that ends at `at`: its 2100 Hz with the phase that a tone of 2100 Hz sharp keeps. */
static struct phasor heard(const struct faxtone *f, uint64_t at, const int16_t *recent)
{
	const float (*wave)[2] = f->lone[ANS].wave.value;
	const int16_t *pcm = recent + LISTENER_RECENT - LISTENER_BLOCK;
	const uint32_t phase = level_step(ANS_HZ) * (uint32_t)(at - LISTENER_BLOCK);
	const struct phasor turned = {level_sine(phase + QUARTER_TURN), level_sine(phase)};
	struct phasor sum = {0.0f, 0.0f};

	for (uint32_t n = 0; n < LISTENER_BLOCK; n++) {
		sum.re += (float)pcm[n] * wave[n][0];
		sum.im -= (float)pcm[n] * wave[n][1];
	}
	sum.re *= SCALE;
	sum.im *= SCALE;
	return times_conj(sum, turned);
}

/* Where between the middles of the last block and of the one before the last the tone is least. */
static uint64_t when_reversed(const struct faxtone *f, uint64_t at, const int16_t *recent)
{
	const uint32_t last = EDGE_POINTS - 1;
	float level[EDGE_POINTS] = {0};
	uint32_t least = last - 2 * LISTENER_BLOCK / LISTENER_GRID;

	edge_levels(&f->lone[ANS].wave, recent, level);
	for (uint32_t t = least; t <= last; t++)
		if (level[t] < level[least])
			least = t;
	return at - (LISTENER_RECENT - EDGE_WINDOW / 2 - least * LISTENER_GRID);
}

static int is_reversed(const struct answer *a, struct phasor now)
{
	const struct phasor turn = times_conj(times_conj(now, a->last[1]), a->turn);
	const struct phasor both = times_conj(turn, a->turn);
	const float whole = length(now) * length(a->last[1]) * (a->turn.re * a->turn.re + a->turn.im * a->turn.im);

	return both.re < OPPOSITE * whole;
}

/* A reversal makes the tone another one when it comes 450 ms after the last, or after the tone's beginning. */
static void follow_phase(struct faxtone *f, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct answer *a = &f->answer[port];
	const struct phasor now = heard(f, at, recent);
	const struct phasor turn = times_conj(now, a->last[0]);

	if (turn.re * a->turn.re + turn.im * a->turn.im >= 0.0f) {
		a->turn.re += turn.re;
		a->turn.im += turn.im;
	}
	if (a->blocks >= 2 && at - a->reversed > QUIET_AFTER && is_reversed(a, now)) {
		const uint64_t when = when_reversed(f, at, recent);
		const uint64_t apart = when - a->reversed;
		const int regular = apart >= REVERSAL - REVERSAL_MORE && apart <= REVERSAL + REVERSAL_MORE;

		a->reversed = when;
		if (regular && !a->has_reversals) {
			a->has_reversals = 1;
			if (a->blocks > AM_BLOCKS)
				tell(f, port, at, r);
		}
	}
	a->last[1] = a->last[0];
	a->last[0] = now;
}

static void follow_envelope(struct faxtone *f, size_t port, uint64_t at, struct report *r)
{
	struct answer *a = &f->answer[port];
	const float envelope = length(a->last[0]);
	const uint32_t phase = level_step(AM_HZ) * (uint32_t)at;

	if (a->blocks > AM_BLOCKS)
		return;
	if (a->blocks < AM_BLOCKS) {
		a->sum += envelope;
		a->am.re += envelope * level_sine(phase + QUARTER_TURN);
		a->am.im += envelope * level_sine(phase);
	} else {
		a->has_am = 2.0f * length(a->am) > AM_DEPTH * a->sum;
		tell(f, port, at, r);
	}
	a->blocks++;
}

static void end_of_answer(const struct answer *a, size_t port, uint64_t lasted, uint32_t since, struct report *r)
{
	if (a->blocks > AM_BLOCKS)
		report_add(r, port, EV_FAX_OFF, code_of(a), (int32_t)lasted, (int32_t)since);
}

static void end_of_cng(const struct lone *l, size_t port, uint64_t lasted, uint32_t since, struct report *r)
{
	if (lasted < CNG_SHORTEST || lasted > CNG_LONGEST)
		return;
	report_add(r, port, EV_FAX_ON, FAX_CNG, level_centi_dbm0(l->power[port]), (int32_t)(lasted + since));
	report_add(r, port, EV_FAX_OFF, FAX_CNG, (int32_t)lasted, (int32_t)since);
}

/* 1: look again in a millisecond. */
static int look_at(struct faxtone *f, uint32_t tone, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct lone *l = &f->lone[tone];
	uint32_t since = 0;
	uint64_t lasted = 0;
	const enum lone_news news = lone_look(l, port, at, recent, &since, &lasted);

	if (news == LONE_BEGAN && tone == ANS)
		f->answer[port] = (struct answer){.reversed = l->edge[port]};
	if (news == LONE_ENDED && tone == ANS)
		end_of_answer(&f->answer[port], port, lasted, since, r);
	if (news == LONE_ENDED && tone == CNG)
		end_of_cng(l, port, lasted, since, r);
	return news == LONE_MAYBE;
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct faxtone *f = of;
	int again = 0;

	if (lone_is_on(&f->lone[ANS], port) && at % LISTENER_BLOCK == 0) {
		follow_phase(f, port, at, recent, r);
		follow_envelope(f, port, at, r);
	}
	for (uint32_t t = 0; t < TONES; t++)
		if (f->asked[t][port / LISTENER_LANES] >> port % LISTENER_LANES & 1u)
			again |= look_at(f, t, port, at, recent, r);
	if (at % LISTENER_BLOCK == 0 && f->follows[port / LISTENER_LANES] >> port % LISTENER_LANES & 1u)
		preamble_look(&f->preamble, port, at, recent, r);
	return again;
}

const struct detector FAXTONE = {
	.name = "faxtone", .size = size, .init = init, .enable = enable, .block = block, .look = look, .every = 1,
	.tones = SCREENED, .hz = {CNG_HZ, ANS_HZ, PREAMBLE_ONE_HZ, PREAMBLE_ZERO_HZ},
};
