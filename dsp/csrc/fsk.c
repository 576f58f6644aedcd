/* fsk.c  The receivers of fsk.h: start-stop octets at 1200 Bd, Bell 202 and V.23.
 *
 * A discriminator (how much louder the mark is than the space within one bit) finds the edges; they steer the clock.
 * At every bit of the clock the three bits around it are compared with the eight continuous-phase signals that three
 * bits can make; the middle of the best one is the bit.  That is worth some 2 dB over judging a bit by itself.  How
 * much of the energy the best one explains tells a carrier from speech and noise.  Octets count only once the carrier
 * has been marks for a while: the channel seizure before them is octets 55H too.
 *
 * Each port's bits have their own clock, so the vectors run along time and along the eight signals, not across ports.
 */
#include "cpu.h"
#include "detectors.h"
#include "engine.h"
#include "fsk_clock.h"

#include <math.h>
#include <string.h>

enum {
	TAPS = 7,            /* one bit, the first and last count 5/6 */
	DELAY = TAPS / 2,    /* samples from an edge to the discriminator's crossing */
	THREE_BITS = 20,     /* samples */
	SIGNALS = 8,
	LEADS = 8,           /* places of the three bits between samples, each 3 units wide */
	PAST = 32,           /* samples before the present block that a bit may reach back to */
	BLOCK = LISTENER_BLOCK,
	IDLE = 10,           /* no bit of a frame */
	SEEN = 12,           /* bits until a carrier is believed */
	LOSS = 2,            /* a bit without carrier counts so many that had one */
	SURE = SEEN / 2,     /* fewer, and a frame is taken for noise after the carrier's end */
	QUIET_MARKS = 16,    /* bits of mark until octets count */
	NEAR_MARKS = 24,     /* up to so many mark bits between octets the clock is still right */
	LONG_AGO = -100000,  /* units */
	NO_OCTET = -1
};

#define FLOOR_DBM0 (-48.0f)
#define PURE       0.5f     /* share of the energy that a carrier explains; at 0 dB signal to noise it is this much */

/* So that the sums stay in registers, however wide these are. */
typedef float waves __attribute__((vector_size(2 * SIGNALS * sizeof(float))));

struct fsk_port {
	float    before;  /* discriminator at the last sample */
	int32_t  window;  /* where the next three bits begin, in units from the first sample of the block */
	int32_t  fell;    /* the last edge from mark to space */
	int32_t  moved;   /* units by which the last start bit moved the clock */
	uint32_t frame;   /* its bits so far, the start bit lowest */
	uint8_t  bit;     /* of the frame: 0 = start, 9 = stop, IDLE */
	uint8_t  marks;   /* since the last frame */
	uint8_t  synced;  /* the clock is that of the frames */
	uint8_t  trust;
	uint8_t  carrier;
	uint8_t  armed;
	uint8_t  awake;
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
	*p = (struct fsk_port){.bit = IDLE, .fell = LONG_AGO};
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

/* From the nearest boundary of two bits to `at`. */
static int32_t off_clock(const struct fsk_port *p, int32_t at)
{
	int32_t off = (at - p->window) % FSK_BIT;

	if (off >= FSK_BIT / 2)
		off -= FSK_BIT;
	else if (off < -FSK_BIT / 2)
		off += FSK_BIT;
	return off;
}

/* Whether the clock expects an edge there: then the bits decide what it was. */
static int on_clock(const struct fsk_port *p, int32_t at)
{
	const int32_t off = off_clock(p, at);

	return p->synced && off <= FSK_BIT / 4 && off >= -FSK_BIT / 4;
}

/* A start bit begins at this edge, or, when the clock has not run free for long, half-way to where it expects one. */
static void begin_frame(struct fsk_port *p, int32_t edge)
{
	const int32_t off = p->synced ? off_clock(p, edge) : 0;

	p->moved = off - off / 2;
	p->window = edge - off / 2 - FSK_BIT;
	p->bit = 0;
	p->frame = 0;
}

/* What noise does to a start bit does not hide the edge that the clock expected, until the bit is decided. */
static void edge(struct fsk_port *p, int32_t at, int falls)
{
	if (falls && !(on_clock(p, p->fell) && at - p->fell < 2 * FSK_BIT))
		p->fell = at;
	if (!p->carrier || p->bit < IDLE || on_clock(p, at))
		p->window += off_clock(p, at) / 4;
	else if (falls && p->fell == at)
		begin_frame(p, at);
}

/* The frame is over, or was none: is the next start bit under way already, where the clock does not expect it? */
static void end_frame(struct fsk_port *p, int32_t since)
{
	p->bit = IDLE;
	if (p->fell > since && !on_clock(p, p->fell))
		begin_frame(p, p->fell);
}

/* Between frames: marks, or a start bit where the clock expects one. */
static void take_idle(struct fsk_port *p, int bit)
{
	if (!bit && p->synced) {
		p->bit = 1;
		p->frame = 0;
	}
	if (!bit)
		return;
	p->marks = count_up(p->marks, NEAR_MARKS);
	if (p->marks >= QUIET_MARKS)
		p->armed = 1;
	if (p->marks == NEAR_MARKS)
		p->synced = 0;
}

/* The frame that is complete with this bit, its stop bit above its octet; or NO_OCTET. */
static int32_t take_bit(struct fsk_port *p, int bit)
{
	const int32_t begins = p->window;  /* of the bit decided: window has moved on */

	if (p->bit == IDLE) {
		take_idle(p, bit);
		return NO_OCTET;
	}
	if (p->bit == 0 && bit) {
		p->window -= p->moved;
		end_frame(p, begins + FSK_BIT / 4);
		return NO_OCTET;
	}
	p->synced = 1;
	p->frame |= (uint32_t)bit << p->bit;
	if (p->bit++ < 9)
		return NO_OCTET;

	const int32_t frame = (int32_t)(p->frame >> 1);

	p->marks = 0;
	p->synced = (uint8_t)bit;
	end_frame(p, begins + FSK_BIT / 2);
	return p->armed && p->trust > SURE ? frame : NO_OCTET;
}

/* 1 when the carrier came or went. */
static int follow_carrier(struct fsk_port *p, int pure)
{
	const uint8_t was = p->carrier;

	if (pure)
		p->trust = p->trust < SEEN ? (uint8_t)(p->trust + 1) : SEEN;
	else
		p->trust = p->trust > LOSS ? (uint8_t)(p->trust - LOSS) : 0;
	if (p->trust == SEEN)
		p->carrier = 1;
	else if (p->trust == 0)
		p->carrier = 0;
	if (was == p->carrier)
		return 0;
	p->bit = IDLE;
	p->armed = 0;
	p->marks = 0;
	p->synced = 0;
	return 1;
}

/* One bit of the clock. */
static void step(const struct fsk *k, size_t port, const float *x, int32_t lead, struct report *r)
{
	struct fsk_port     *p = &k->port[port];
	const struct verdict v = decide(k, x, lead);

	p->window += FSK_BIT;
	if (follow_carrier(p, v.pure))
		report_add(r, port, EV_FSK_CARRIER, p->carrier, p->carrier ? level_centi_dbm0(v.energy / THREE_BITS) : 0, 0);

	const int32_t frame = p->carrier ? take_bit(p, v.bit) : NO_OCTET;

	if (frame != NO_OCTET)
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

	edge(p, (sample - 1 - DELAY) * FSK_UNITS + part, before >= 0.0f);
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
		for (int32_t at; (at = first_sample(p->window)) + THREE_BITS <= i + 1;)
			step(k, port, x + PAST + at, at * FSK_UNITS - p->window, r);
	}
	p->window -= BLOCK * FSK_UNITS;
	p->fell = p->fell > LONG_AGO ? p->fell - BLOCK * FSK_UNITS : LONG_AGO;
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

		if (b->energy[lane] >= k->floor || p->trust > 0)
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
