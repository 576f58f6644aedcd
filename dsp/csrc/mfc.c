/* mfc.c  China No.1 register signals (GB 3377-82): two of six forward, two of four backward; limits of Q.455.
 *
 * Window 16.5 ms, so that tones 120 Hz apart fall near each other's nulls; a look every 2.75 ms.  Compelled
 * signalling pays for every millisecond four times a digit, so one good look is enough both ways.
 * Three tones at once, or 660 or 540 Hz in the backward direction, are a foreign signal: code 0.
 */
#include "bank.h"
#include "engine.h"
#include "level.h"

#include <string.h>

#define TONES      6u
#define HOP        22u
#define HOPS       6u
#define WINDOW     (HOP * HOPS)
#define NATIVE     4u        /* backward tones that China uses: 1140 1020 900 780 */
#define NONE       0xFFu     /* no signal; 0 is the foreign one */
#define FOREIGN    0u
#define LOOKS_FOREIGN 10u    /* in a row: longer than the edges or a short break of a good signal look foreign */
#define LOOKS_HELD 4u        /* a signal stands at least 10 ms: never more than two detections in a feed */
#define LEVEL_MIN  (-38.0f)  /* dBm0 a tone; -35 is promised */
#define TWIST      7.9f      /* 9 dB; 7 is promised */
#define PEAK       6.3f      /* 8 dB over the third tone */
#define PURE       0.58f     /* share of the tones in all that is heard, to begin */
#define LASTING    0.42f     /* to go on: bridges a break of 7 ms */

static const struct bank_shape FORWARD = {
	.tones = TONES, .hop = HOP, .hops = HOPS, .hz = {1380, 1500, 1620, 1740, 1860, 1980},
};
static const struct bank_shape BACKWARD = {
	.tones = TONES, .hop = HOP, .hops = HOPS, .hz = {1140, 1020, 900, 780, 660, 540},
};

struct mfc {
	struct bank bank;
	float    floor;    /* energy of the weakest tone in a window */
	int32_t  direction;
	uint8_t *signal;   /* [ports]: reported, or NONE */
	uint8_t *foreign;  /* [ports]: looks in a row that were foreign */
	uint8_t *held;     /* [ports]: looks since the signal was reported, up to LOOKS_HELD */
};

struct look {
	uint8_t signal;    /* of the two strongest tones; NONE when they are too little of all */
	int     pure;      /* good enough to begin */
	int     foreign;
};

size_t mfc_size(size_t ports)
{
	return kernel_lines(sizeof(struct mfc)) + kernel_lines(bank_size(&FORWARD, ports)) + 3 * ports;
}

struct mfc *mfc_init(void *memory, size_t ports, int direction)
{
	const struct bank_shape *shape = direction ? &BACKWARD : &FORWARD;
	struct mfc *m = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *m);

	memset(memory, 0, mfc_size(ports));
	bank_init(&m->bank, next, shape, ports);
	next += kernel_lines(bank_size(shape, ports));
	m->floor = level_power(LEVEL_MIN) * (float)WINDOW;
	m->direction = direction ? 1 : 0;
	m->signal = next;
	m->foreign = m->signal + ports;
	m->held = m->foreign + ports;
	memset(m->signal, NONE, ports);
	return m;
}

void mfc_enable(struct mfc *m, size_t port, int on)
{
	bank_enable(&m->bank, port, on);
	m->signal[port] = NONE;
	m->foreign[port] = 0;
	m->held[port] = 0;
}

/* The three strongest tones, strongest first. */
static void rank(const struct bank_window *w, size_t lane, size_t best[3])
{
	for (size_t i = 0; i < 3; i++)
		best[i] = TONES;
	for (size_t t = 0; t < TONES; t++) {
		size_t place = 3;

		while (place > 0 && (best[place - 1] == TONES || w->tone[t][lane] > w->tone[best[place - 1]][lane]))
			place--;
		for (size_t i = 2; i > place; i--)
			best[i] = best[i - 1];
		if (place < 3)
			best[place] = t;
	}
}

/* Numbered as the pairs are counted: 01 02 12 03 13 23 04 ... */
static uint8_t signal_of(size_t one, size_t other)
{
	const size_t low = one < other ? one : other;
	const size_t high = one < other ? other : one;

	return (uint8_t)(high * (high - 1) / 2 + low + 1);
}

static struct look take_look(const struct mfc *m, const struct bank_window *w, size_t lane)
{
	struct look look = {.signal = NONE};
	size_t best[3];

	rank(w, lane, best);
	const float first = w->tone[best[0]][lane];
	const float second = w->tone[best[1]][lane];
	const float third = w->tone[best[2]][lane];
	const float share = (first + second) / (w->energy[lane] + m->floor * 1e-3f);
	const int balanced = second > m->floor && first < second * TWIST;
	const int crowded = third * PEAK > second;
	const int native = !m->direction || (best[0] < NATIVE && best[1] < NATIVE);

	if (share < LASTING || w->energy[lane] < m->floor)
		return look;
	look.signal = native ? signal_of(best[0], best[1]) : NONE;
	look.pure = native && balanced && !crowded && share >= PURE;
	look.foreign = balanced && (crowded || !native);
	return look;
}

static void begin_signal(struct mfc *m, size_t port, uint8_t signal, struct report *r)
{
	m->signal[port] = signal;
	m->held[port] = 0;
	report_add(r, port, EV_MFC_ON, signal, m->direction, 0);
}

static void end_signal(struct mfc *m, size_t port, struct report *r)
{
	report_add(r, port, EV_MFC_OFF, m->signal[port], m->direction, 0);
	m->signal[port] = NONE;
}

static void follow(struct mfc *m, size_t port, const struct look *look, struct report *r)
{
	m->foreign[port] = look->foreign ? count_up(m->foreign[port], LOOKS_FOREIGN) : 0;
	const int is_foreign = m->foreign[port] == LOOKS_FOREIGN;

	if (m->signal[port] != NONE) {
		const int lasts = m->signal[port] == FOREIGN ? look->foreign : look->signal == m->signal[port] && !is_foreign;

		m->held[port] = count_up(m->held[port], LOOKS_HELD);
		if (!lasts && m->held[port] == LOOKS_HELD)
			end_signal(m, port, r);
	}
	if (m->signal[port] != NONE)
		return;
	if (look->pure)
		begin_signal(m, port, look->signal, r);
	else if (is_foreign)
		begin_signal(m, port, FOREIGN, r);
}

static int quiet(const struct mfc *m, const struct bank_window *w, size_t group)
{
	const size_t first = group * BANK_LANES;

	for (size_t lane = 0; lane < BANK_LANES && first + lane < m->bank.ports; lane++)
		if (w->energy[lane] > m->floor || m->signal[first + lane] != NONE || m->foreign[first + lane] != 0)
			return 0;
	return 1;
}

static void decide(struct bank *b, size_t group, struct report *r)
{
	struct mfc *m = (struct mfc *)(void *)b;  /* the bank is its first member */
	struct bank_window w;

	bank_energy(b, group, &w);
	if (quiet(m, &w, group))
		return;
	bank_window(b, group, &w);
	for (size_t lane = 0; lane < BANK_LANES; lane++)
		if (bank_hears(b, group, lane)) {
			const struct look look = take_look(m, &w, lane);

			follow(m, group * BANK_LANES + lane, &look, r);
		}
}

size_t mfc_feed(struct mfc *m, const int16_t *pcm, size_t samples, struct detection *out, size_t room)
{
	struct report r = {.out = out, .room = room};

	return bank_feed(&m->bank, pcm, samples, &r, decide);
}
