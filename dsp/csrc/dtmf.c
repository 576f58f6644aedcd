/* dtmf.c  Dialling tones, Q.23; limits of Q.24 and GB 3378.
 *
 * The screen only makes candidates (dtmf_block.c); when one has lasted for 25 ms, a look gives a verdict on it
 * (dtmf_verdict.h): what is clean is a digit then, what is not must last longer.  While a digit stands, the screen
 * alone follows it, and looks are taken again when it seems to end: it ends after 13 ms without it, so a break of
 * 10 ms is bridged.
 */
#include "dtmf.h"

#include "detectors.h"
#include "dtmf_state.h"
#include "engine.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define WHICH          0u       /* number of its bit in DETECT_* */
#define SCREEN_FLOOR   (-45.0f) /* dBm0 a tone */
#define FIRST_PIECES   3u       /* newest ones, that lie within the tones when the second block has shown them */
#define LEVEL_PIECES   4u
#define GONE           0.13f    /* of the amplitude, in a piece: it is not there */
#define END_PIECES     4u       /* the newest three do not show it when it has ended: 13 to 14 ms */
#define END_SPAN       144.0f   /* samples; from the middle of the oldest hop of the END_PIECES to now */
#define HALF           0.5f     /* of the newest piece: it is there again */
#define PRESENT_PACE   (4u * DTMF_MS)

static const char DIGITS[] = "123A456B789C*0#D";

static size_t groups(size_t ports)
{
	return (ports + LISTENER_LANES - 1) / LISTENER_LANES;
}

static size_t size(size_t ports)
{
	const size_t busy = kernel_lines(groups(ports) * sizeof(uint32_t));

	return kernel_lines(sizeof(struct dtmf)) + busy + ports * sizeof(struct dtmf_port);
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
	d->port[port] = (struct dtmf_port){.mode = d->port[port].mode};
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

/* --- looks ------------------------------------------------------------------------------------------------------- */

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

/* When both tones began, the newest pieces lying within them. */
static uint64_t began(struct dtmf_pair *pair, size_t newest, uint64_t at)
{
	const uint64_t lasting = dtmf_pair_lasting(pair, newest);

	return at > lasting ? at - lasting : 0;
}

/* By the newest pieces: when both tones began. */
static void measure_begin(struct dtmf_port *p, struct dtmf_pair *pair, uint64_t at)
{
	p->measured = 1;
	p->begin = began(pair, FIRST_PIECES, at);
	p->due = dtmf_next_ms(p->begin + DTMF_VERDICT_FROM);
}

static void begin_digit(struct dtmf_port *p, struct dtmf_pair *pair, size_t port, uint64_t at, struct report *r)
{
	float power[2];

	p->stood = began(pair, LEVEL_PIECES, at);
	p->end_due = 0;
	for (size_t i = 0; i < 2; i++) {
		power[i] = mean_square(&pair->track[i]);
		p->power[i] = power[i] * screened(pair->track[i].turn);
	}
	p->standing = (uint8_t)(p->key + 1);
	p->blocks = 0;
	report_add(r, port, EV_DTMF_ON, (unsigned)DIGITS[p->key], level_centi_dbm0(power[0]), level_centi_dbm0(power[1]));
}

/* The blocks were not clear: does it look like a digit, and since when? */
static int look_first(struct dtmf_port *p, struct dtmf_pair *pair, uint64_t at, const int16_t *end)
{
	dtmf_pair_take(pair, end, 0, FIRST_PIECES);
	if (!dtmf_pair_hopeful(pair, FIRST_PIECES)) {
		p->blocks = 0;
		return 0;
	}
	dtmf_pair_take(pair, end, FIRST_PIECES, DTMF_PAIR_PIECES);
	measure_begin(p, pair, at);
	return 1;
}

static int look_for_begin(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct dtmf_port *p = &d->port[port];
	const uint64_t    age = at - p->begin;
	struct dtmf_pair  pair;

	dtmf_pair_init(&pair, &d->measures, p->key, (enum dtmf_mode)p->mode);
	if (!p->measured && age < DTMF_VERDICT_FROM) {
		if (!look_first(p, &pair, at, end))
			return 0;
	} else {
		dtmf_pair_take(&pair, end, 0, dtmf_verdict_pieces(age));
		if (dtmf_verdict(&pair, &d->measures, (enum dtmf_mode)p->mode, age, end)) {
			begin_digit(p, &pair, port, at, r);
			return 0;
		}
		if (!p->measured)
			measure_begin(p, &pair, at);
	}
	if (p->due <= at)
		p->due = dtmf_next_ms(p->begin + dtmf_verdict_again(at - p->begin));
	return 1;
}

/* How much of piece k shows the digit that stands: of the amplitude, the weaker tone. */
static float shows(const struct dtmf_pair *pair, const struct dtmf_port *p, size_t k)
{
	float least = 1;

	for (size_t i = 0; i < 2; i++) {
		const struct twotone_track *t = &pair->track[i];
		const float share = (t->re[k] * t->re[k] + t->im[k] * t->im[k]) / (2 * p->power[i]);

		least = share < least ? share : least;
	}
	return sqrtf(least);
}

static void end_digit(struct dtmf_port *p, size_t port, uint64_t at, uint64_t since, struct report *r)
{
	const uint64_t stood = at > since + p->stood ? at - since - p->stood : 0;

	report_add(r, port, EV_DTMF_OFF, (unsigned)DIGITS[p->standing - 1], (int32_t)stood, (int32_t)since);
	p->standing = 0;
}

/* When to look next: the newest piece shows so much of the digit; if none, `since` samples are without it. */
static uint64_t end_due(uint64_t at, float newest, float since)
{
	if (newest > HALF)
		return at + PRESENT_PACE;
	if (since + (float)(2 * DTMF_MS) > DTMF_END_LEAST)
		return at + DTMF_MS;
	return at + (uint64_t)(DTMF_END_LEAST - since) / DTMF_MS * DTMF_MS;
}

static int look_for_end(struct dtmf *d, size_t port, uint64_t at, const int16_t *end, struct report *r)
{
	struct dtmf_port     *p = &d->port[port];
	struct dtmf_pair pair;
	float            share[END_PIECES];
	float            since = END_SPAN;
	int              ended = 1;

	dtmf_pair_init(&pair, &d->measures, (uint8_t)(p->standing - 1), DTMF_NORMAL);
	dtmf_pair_take(&pair, end, 0, END_PIECES);
	for (size_t k = 0; k < END_PIECES; k++) {
		share[k] = shows(&pair, p, k);
		since -= share[k] * (float)TWOTONE_HOP;
		ended &= k + 1 == END_PIECES || share[k] < GONE;
	}
	if (!ended) {
		p->end_due = end_due(at, share[0], since);
		return 1;
	}
	end_digit(p, port, at, (uint64_t)since, r);
	return dtmf_wants_looks(p, at);
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct dtmf   *d = of;
	const int16_t *end = recent + LISTENER_RECENT;

	if (d->port[port].standing)
		return at < d->port[port].end_due || look_for_end(d, port, at, end, r);
	return at < d->port[port].due || look_for_begin(d, port, at, end, r);
}

const struct detector DTMF = {
	.name = "dtmf", .size = size, .init = init, .enable = enable, .block = dtmf_block, .look = look, .every = 1,
	.tones = DTMF_TONES, .hz = {697, 770, 852, 941, 1209, 1336, 1477, 1633},
};
