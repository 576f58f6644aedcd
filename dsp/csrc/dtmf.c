/* dtmf.c  Dialling tones, Q.23; limits of Q.24 and GB 3378.
 *
 * Window 15 ms, a look every 2.5 ms.  A digit begins after six looks in a row that each show one low and one
 * high tone, on frequency, with hardly anything beside them: 27.5 ms of tone less what the first and the last
 * look may miss.  It ends when less than about a third of the window is left of it, so a break of 10 ms is
 * bridged and a pause of 14 ms ends it.
 */
#include "bank.h"
#include "engine.h"
#include "level.h"

#include <string.h>

#define LOW_TONES    4u
#define HOP          20u
#define HOPS         6u
#define WINDOW       (HOP * HOPS)
#define LOOKS_ON     6u       /* in a row */
#define LOOKS_OFF    2u
#define LOOKS_HELD   4u       /* a digit stands at least 10 ms: never more than two detections in a feed */
#define LEVEL_MIN    (-42.0f) /* dBm0 a tone; -40 is promised */
#define TWIST_NORMAL 10.0f    /* 10 dB, low tone stronger (8 is promised) */
#define TWIST_REVERSE 5.6f    /* 7.5 dB, high tone stronger (6 by GB 3378) */
#define PEAK         6.3f     /* 8 dB over the other tones of its group */
#define PURE         0.85f    /* share of both tones in all that is heard, to begin */
#define LASTING      0.27f    /* to go on */
#define FIRST_LOOK   112      /* samples from the start of a tone to the end of its first good look, in the mean */
#define LAST_LOOK    74       /* from the end of a tone to the end of its last look */

static const struct bank_shape SHAPE = {
	.tones = 8, .hop = HOP, .hops = HOPS, .hz = {697, 770, 852, 941, 1209, 1336, 1477, 1633},
};

/* Drift at half way between what must be heard, 1.5 % + 2 Hz off, and what must not, 3.5 % off:
 * cos(pi * 15 ms * (2.5 % + 1 Hz)). */
static const float DRIFT_MIN[BANK_TONES] = {
	0.6462f, 0.5782f, 0.4968f, 0.4033f, 0.0992f, -0.0502f, -0.2147f, -0.3896f,
};

static const char DIGITS[] = "123A456B789C*0#D";

struct dtmf {
	struct bank bank;
	float     floor;  /* energy of the weakest tone in a window */
	uint64_t *first;  /* [ports]: look that began the present digit */
	uint64_t *last;   /* [ports]: look that last showed it */
	uint8_t  *digit;  /* [ports]: being heard, 0 = none */
	uint8_t  *seen;   /* [ports]: in the last look */
	uint8_t  *agree;  /* [ports]: looks in a row that showed `seen` */
	uint8_t  *misses; /* [ports]: looks in a row without `digit` */
	uint8_t  *held;   /* [ports]: looks since the digit was reported, up to LOOKS_HELD */
};

struct look {
	uint8_t digit;    /* 0 = none */
	int     pure;     /* good enough to begin */
	float   low;      /* energies, made up for what the drift cost */
	float   high;
};

size_t dtmf_size(size_t ports)
{
	return kernel_lines(sizeof(struct dtmf)) + kernel_lines(bank_size(&SHAPE, ports)) + ports * (2 * sizeof(uint64_t) + 5);
}

struct dtmf *dtmf_init(void *memory, size_t ports)
{
	struct dtmf *d = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *d);

	memset(memory, 0, dtmf_size(ports));
	bank_init(&d->bank, next, &SHAPE, ports);
	next += kernel_lines(bank_size(&SHAPE, ports));
	d->floor = level_power(LEVEL_MIN) * (float)WINDOW;
	d->first = (uint64_t *)(void *)next;
	d->last = d->first + ports;
	d->digit = (uint8_t *)(d->last + ports);
	d->seen = d->digit + ports;
	d->agree = d->seen + ports;
	d->misses = d->agree + ports;
	d->held = d->misses + ports;
	return d;
}

void dtmf_enable(struct dtmf *d, size_t port, int on)
{
	bank_enable(&d->bank, port, on);
	d->digit[port] = d->seen[port] = d->agree[port] = d->misses[port] = d->held[port] = 0;
}

static size_t strongest(const float tone[BANK_TONES][BANK_LANES], size_t lane, size_t first)
{
	size_t best = first;

	for (size_t t = first + 1; t < first + LOW_TONES; t++)
		if (tone[t][lane] > tone[best][lane])
			best = t;
	return best;
}

static int stands_out(const float tone[BANK_TONES][BANK_LANES], size_t lane, size_t first, size_t best)
{
	for (size_t t = first; t < first + LOW_TONES; t++)
		if (t != best && tone[t][lane] * PEAK > tone[best][lane])
			return 0;
	return 1;
}

static int balanced(float low, float high)
{
	return low < high * TWIST_NORMAL && high < low * TWIST_REVERSE;
}

/* Is the look good enough to begin a digit?  Leaves the energies of both tones. */
static int is_pure(const struct dtmf *d, const struct bank_window *w, size_t group, size_t lane, size_t low, size_t high,
                   struct look *look)
{
	if (!stands_out(w->tone, lane, 0, low) || !stands_out(w->tone, lane, LOW_TONES, high))
		return 0;
	const float drift_low = bank_drift(&d->bank, w, group, lane, low);
	const float drift_high = bank_drift(&d->bank, w, group, lane, high);

	if (drift_low < DRIFT_MIN[low] || drift_high < DRIFT_MIN[high])
		return 0;
	look->low = w->tone[low][lane] / bank_share(drift_low);
	look->high = w->tone[high][lane] / bank_share(drift_high);
	return look->low > d->floor && look->high > d->floor && balanced(look->low, look->high)
	    && look->low + look->high > PURE * w->energy[lane];
}

static struct look take_look(const struct dtmf *d, const struct bank_window *w, size_t group, size_t lane)
{
	const size_t low = strongest(w->tone, lane, 0);
	const size_t high = strongest(w->tone, lane, LOW_TONES);
	struct look look = {0};

	if (w->energy[lane] <= d->floor || w->tone[low][lane] + w->tone[high][lane] <= LASTING * w->energy[lane])
		return look;
	look.digit = (uint8_t)DIGITS[low * LOW_TONES + high - LOW_TONES];
	look.pure = is_pure(d, w, group, lane, low, high, &look);
	return look;
}

static void end_digit(struct dtmf *d, size_t port, struct report *r)
{
	const int32_t span = (int32_t)(d->last[port] - d->first[port]) * (int32_t)HOP;
	const int32_t since = (int32_t)(d->bank.looks - d->last[port]) * (int32_t)HOP;

	report_add(r, port, EV_DTMF_OFF, d->digit[port], span + FIRST_LOOK - LAST_LOOK, since + LAST_LOOK);
	d->digit[port] = 0;
}

static void begin_digit(struct dtmf *d, size_t port, const struct look *look, struct report *r)
{
	const float window = (float)WINDOW;

	d->digit[port] = look->digit;
	d->first[port] = d->bank.looks - (LOOKS_ON - 1u);
	d->last[port] = d->bank.looks;
	d->misses[port] = 0;
	d->held[port] = 0;
	report_add(r, port, EV_DTMF_ON, look->digit, level_centi_dbm0(look->low / window),
	           level_centi_dbm0(look->high / window));
}

static void last_look(struct dtmf *d, size_t port, const struct look *look, struct report *r)
{
	const int lasts = look->digit == d->digit[port];

	d->last[port] = lasts ? d->bank.looks : d->last[port];
	d->misses[port] = lasts ? 0 : count_up(d->misses[port], LOOKS_OFF);
	d->held[port] = count_up(d->held[port], LOOKS_HELD);
	if (d->misses[port] == LOOKS_OFF && d->held[port] == LOOKS_HELD)
		end_digit(d, port, r);
}

static void follow(struct dtmf *d, size_t port, const struct look *look, struct report *r)
{
	if (look->digit != d->seen[port] || !look->pure)
		d->agree[port] = 0;
	if (look->pure)
		d->agree[port] = count_up(d->agree[port], LOOKS_ON);
	d->seen[port] = look->digit;
	if (d->digit[port] != 0)
		last_look(d, port, look, r);
	if (d->digit[port] == 0 && d->agree[port] == LOOKS_ON)
		begin_digit(d, port, look, r);
}

static int quiet(const struct dtmf *d, const struct bank_window *w, size_t group)
{
	const size_t first = group * BANK_LANES;

	for (size_t lane = 0; lane < BANK_LANES && first + lane < d->bank.ports; lane++)
		if (w->energy[lane] > d->floor || d->digit[first + lane] != 0 || d->agree[first + lane] != 0)
			return 0;
	return 1;
}

static void decide(struct bank *b, size_t group, struct report *r)
{
	struct dtmf *d = (struct dtmf *)(void *)b;  /* the bank is its first member */
	struct bank_window w;

	bank_energy(b, group, &w);
	if (quiet(d, &w, group))
		return;
	bank_window(b, group, &w);
	for (size_t lane = 0; lane < BANK_LANES; lane++)
		if (bank_hears(b, group, lane)) {
			const struct look look = take_look(d, &w, group, lane);

			follow(d, group * BANK_LANES + lane, &look, r);
		}
}

size_t dtmf_feed(struct dtmf *d, const int16_t *pcm, size_t samples, struct detection *out, size_t room)
{
	struct report r = {.out = out, .room = room};

	return bank_feed(&d->bank, pcm, samples, &r, decide);
}
