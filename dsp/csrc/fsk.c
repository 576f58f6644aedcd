/* fsk.c  The receivers of fsk.h: start-stop octets at 1200 Bd, Bell 202 and V.23.
 *
 * A discriminator (how much louder the mark is than the space within one bit) finds the edges, which steer the clock
 * (fsk_frame.h).  At every bit of the clock the three bits around it are compared with the eight continuous-phase signals that three
 * bits can make; the middle of the best one is the bit.  That is worth some 2 dB over judging a bit by itself.  How
 * much of the energy the best one explains tells a carrier from speech and noise.
 *
 * Each port's bits have their own clock, so the vectors run along time and along the eight signals, not across ports.
 */
#include "cpu.h"
#include "detectors.h"
#include "engine.h"
#include "fsk_clock.h"
#include "fsk_frame.h"

#include <math.h>
#include <string.h>

enum {
	TAPS = 7,            /* one bit, the first and last count 5/6 */
	DELAY = TAPS / 2,    /* samples from an edge to the discriminator's crossing */
	THREE_BITS = 20,     /* samples */
	SIGNALS = 8,
	LEADS = 8,           /* places of the three bits between samples, each 3 units wide */
	PAST = 32,           /* samples before the present block that a bit may reach back to */
	BLOCK = LISTENER_BLOCK
};

#define FLOOR_DBM0 (-48.0f)
#define PURE       0.5f     /* share of the energy that a carrier explains; at 0 dB signal to noise it is this much */

/* So that the sums stay in registers, however wide these are. */
typedef float waves __attribute__((vector_size(2 * SIGNALS * sizeof(float))));

struct fsk_port {
	struct fsk_frame frame;
	float            before;  /* discriminator at the last sample */
	uint8_t          awake;
};

struct fsk {
	float            edge[4][TAPS];                         /* mark cos, sin, space cos, sin */
	waves            signal[LEADS][THREE_BITS];             /* of the signals, cos then sin; bit 0 came first */
	float            floor;                                 /* mean square */
	struct fsk_port *port;
};

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct fsk)) + ports * sizeof(struct fsk_port);
}

static float cosine(uint32_t phase)
{
	return level_sine(phase + 0x40000000u);
}

static void make_edge(struct fsk *k, int standard)
{
	for (int tap = 0; tap < TAPS; tap++) {
		const float weight = tap == 0 || tap == TAPS - 1 ? 5.0f / 6.0f : 1.0f;

		for (int bit = 0; bit < 2; bit++) {
			const uint32_t phase = fsk_step(standard, bit) * (uint32_t)(tap * FSK_UNITS);

			k->edge[bit ? 0 : 2][tap] = weight * cosine(phase);
			k->edge[bit ? 1 : 3][tap] = weight * level_sine(phase);
		}
	}
}

/* Phase of this signal so many units after its beginning. */
static uint32_t phase_of(int standard, uint32_t signal, uint32_t units)
{
	uint32_t phase = 0;

	for (; units > FSK_BIT; units -= FSK_BIT, signal >>= 1)
		phase += fsk_step(standard, signal & 1) * FSK_BIT;
	return phase + fsk_step(standard, signal & 1) * units;
}

static void make_signals(struct fsk *k, int standard)
{
	for (uint32_t lead = 0; lead < LEADS; lead++)
		for (uint32_t n = 0; n < THREE_BITS; n++)
			for (uint32_t signal = 0; signal < SIGNALS; signal++) {
				const uint32_t phase = phase_of(standard, signal, 3 * lead + 1 + n * FSK_UNITS);

				k->signal[lead][n][signal] = cosine(phase);
				k->signal[lead][n][SIGNALS + signal] = level_sine(phase);
			}
}

static void *init(void *memory, size_t ports, int standard)
{
	struct fsk *k = memory;

	memset(memory, 0, size(ports));
	k->port = (struct fsk_port *)(void *)((uint8_t *)memory + kernel_lines(sizeof *k));
	k->floor = level_power(FLOOR_DBM0);
	make_edge(k, standard);
	make_signals(k, standard);
	return k;
}

static void *init_bell202(void *memory, size_t ports)
{
	return init(memory, ports, FSK_BELL202);
}

static void *init_v23(void *memory, size_t ports)
{
	return init(memory, ports, FSK_V23);
}

static void forget(struct fsk_port *p)
{
	*p = (struct fsk_port){0};
	fsk_forget(&p->frame);
}

static void enable(void *of, size_t port, int on)
{
	struct fsk *k = of;

	(void)on;
	forget(&k->port[port]);
}

/* How much louder the mark is than the space, in the TAPS samples that end at each of these. */
CPU_BODY void discriminate(const struct fsk *k, const float *x, float *out)
{
	float sum[4][BLOCK];

	for (size_t row = 0; row < 4; row++) {
		for (size_t i = 0; i < BLOCK; i++)
			sum[row][i] = 0.0f;
		for (size_t tap = 0; tap < TAPS; tap++)
			for (size_t i = 0; i < BLOCK; i++)
				sum[row][i] += k->edge[row][tap] * x[i + tap];
	}
	for (size_t i = 0; i < BLOCK; i++)
		out[i] = sqrtf(sum[0][i] * sum[0][i] + sum[1][i] * sum[1][i])
		       - sqrtf(sum[2][i] * sum[2][i] + sum[3][i] * sum[3][i]);
}

CPU_CLONES(fsk_discriminate, discriminate, (const struct fsk *k, const float *x, float *out), (k, x, out))

/* Power of each of the eight signals in these three bits. */
CPU_BODY void compare(const waves *signal, const float *x, float *power)
{
	waves sum = {0};

	for (size_t n = 0; n < THREE_BITS; n++)
		sum += x[n] * signal[n];
	for (size_t i = 0; i < SIGNALS; i++)
		power[i] = sum[i] * sum[i] + sum[SIGNALS + i] * sum[SIGNALS + i];
}

CPU_CLONES(fsk_compare, compare, (const waves *signal, const float *x, float *power), (signal, x, power))

struct verdict {
	int   bit;
	int   pure;    /* what was heard is mostly one of the eight signals */
	float energy;
};

/* `x` is the first sample within the three bits, `lead` units after their beginning. */
static struct verdict decide(const struct fsk *k, const float *x, int32_t lead)
{
	float energy = 0.0f;
	float power[SIGNALS];
	float best[2] = {0.0f, 0.0f};

	for (size_t n = 0; n < THREE_BITS; n++)
		energy += x[n] * x[n];
	if (energy < k->floor * THREE_BITS)
		return (struct verdict){.bit = 1};
	fsk_compare(k->signal[lead / 3], x, power);
	for (size_t i = 0; i < SIGNALS; i++)
		if (power[i] > best[i >> 1 & 1])
			best[i >> 1 & 1] = power[i];

	const float most = best[1] > best[0] ? best[1] : best[0];

	return (struct verdict){
		.bit = best[1] > best[0], .pure = most > energy * (PURE * THREE_BITS / 2.0f), .energy = energy,
	};
}

/* One bit of the clock. */
static void step(const struct fsk *k, size_t port, const float *x, int32_t lead, struct report *r)
{
	struct fsk_frame    *f = &k->port[port].frame;
	const struct verdict v = decide(k, x, lead);

	f->window += FSK_BIT;
	if (fsk_follow_carrier(f, v.pure))
		report_add(r, port, EV_FSK_CARRIER, f->carrier, f->carrier ? level_centi_dbm0(v.energy / THREE_BITS) : 0, 0);

	const int32_t frame = f->carrier ? fsk_take_bit(f, v.bit) : FSK_NO_OCTET;

	if (frame != FSK_NO_OCTET)
		report_add(r, port, EV_FSK_OCTET, (unsigned)frame & 0xFF, frame >> 8 == 0, 0);
}

static int32_t first_sample(int32_t window)
{
	return window > 0 ? (window + FSK_UNITS - 1) / FSK_UNITS : -(-window / FSK_UNITS);
}

/* The edge between the last sample and this one, if there is one. */
static void find_edge(struct fsk_port *p, float now, int32_t sample)
{
	const float before = p->before;

	p->before = now;
	if ((before >= 0.0f) == (now >= 0.0f))
		return;

	const int32_t part = (int32_t)((float)FSK_UNITS * (before / (before - now)));

	fsk_edge(&p->frame, (sample - 1 - DELAY) * FSK_UNITS + part, before >= 0.0f);
}

/* The BLOCK samples from `pcm` on, which lies PAST samples or more into what was heard. */
static void hear(const struct fsk *k, size_t port, const int16_t *pcm, struct report *r)
{
	struct fsk_port *p = &k->port[port];
	float            x[PAST + BLOCK];
	float            loud[BLOCK];

	for (int32_t i = 0; i < PAST + BLOCK; i++)
		x[i] = (float)pcm[i - PAST];
	fsk_discriminate(k, x + PAST - TAPS + 1, loud);
	for (int32_t i = 0; i < BLOCK; i++) {
		find_edge(p, loud[i], i);
		for (int32_t at; (at = first_sample(p->frame.window)) + THREE_BITS <= i + 1;)
			step(k, port, x + PAST + at, at * FSK_UNITS - p->frame.window, r);
	}
	fsk_pass(&p->frame, BLOCK * FSK_UNITS);
}

/* Silence is not looked at, once the carrier is known to be gone. */
static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	const struct fsk *k = of;
	uint32_t          awake = 0;

	(void)r;
	for (uint32_t lanes = b->lanes; lanes != 0; lanes &= lanes - 1) {
		const size_t     lane = (size_t)__builtin_ctz(lanes);
		struct fsk_port *p = &k->port[b->first + lane];

		if (b->energy[lane] >= k->floor || p->frame.trust > 0)
			awake |= 1u << lane;
		else if (p->awake)
			forget(p);
	}
	return awake;
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	const struct fsk *k = of;
	const int16_t    *newest = recent + LISTENER_RECENT - BLOCK;

	(void)at;
	k->port[port].awake = 1;
	hear(k, port, newest, r);
	return 1;
}

const struct detector FSK_BELL202_RECEIVER = {
	.name = "fsk_bell202", .size = size, .init = init_bell202, .enable = enable, .block = block, .look = look,
	.every = LISTENER_BLOCK / LISTENER_GRID,
};

const struct detector FSK_V23_RECEIVER = {
	.name = "fsk_v23", .size = size, .init = init_v23, .enable = enable, .block = block, .look = look,
	.every = LISTENER_BLOCK / LISTENER_GRID,
};
