/* beep.c  A lone tone of any frequency between 800 and 2000 Hz: the signal of an answering machine.
 *
 * A lone sine obeys x[n] + x[n-2] = 2 cos(w) x[n-1], whatever its phase.  Of that equation over 16 ms the least total
 * squares give the frequency free of bias.  Goertzel's sums at that frequency, of 8 ms each, tell whether it is alone.
 */
#include "detectors.h"
#include "engine.h"
#include "level.h"

#include <math.h>
#include <string.h>

#define WINDOW    128u      /* samples: 16 ms */
#define LEVEL_MIN (-38.0f)  /* dBm0 */
#define PURE      0.75      /* share of the tone in the window */
#define LOWEST    800.0f    /* Hz */
#define HIGHEST   2000.0f
#define EVEN      2.0       /* the louder half of a window to the other, in power: it lies within the tone */
#define STEADY    0.04f     /* how far a look's frequency may be from the first one's, as a share */
#define LOOKS_ON  11u       /* in a row, 8 ms apart: a tone of 100 ms */
#define LOOKS_OFF 3u
#define RATE_HZ   8000.0

struct port {
	uint64_t began;
	float    hz;     /* of the first look in the row, 0 = no lone tone */
	float    power;
	uint8_t  agree;
	uint8_t  misses;
	uint8_t  on;
};

struct beep {
	float        floor;
	struct port *port;
	uint32_t    *on; /* [groups]: a bit a lane */
};

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct beep)) + kernel_lines(ports * sizeof(struct port))
	     + (ports / LISTENER_LANES + 1) * sizeof(uint32_t);
}

static void *init(void *memory, size_t ports)
{
	struct beep *b = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *b);

	memset(memory, 0, size(ports));
	b->floor = level_power(LEVEL_MIN);
	b->port = (struct port *)(void *)next;
	b->on = (uint32_t *)(void *)(next + kernel_lines(ports * sizeof *b->port));
	return b;
}

static void enable(void *of, size_t port, int on)
{
	struct beep *b = of;

	(void)on;
	b->port[port] = (struct port){0};
	b->on[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	const struct beep *beep = of;
	uint32_t loud = 0;

	(void)r;
	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++)
		loud |= (uint32_t)(b->energy[lane] > beep->floor) << lane;
	return (loud & b->lanes) | beep->on[b->first / LISTENER_LANES];
}

/* arccos by Newton: good to 1e-5 rad within 800..2000 Hz. */
static double angle(double cosine)
{
	double x = 1.5707963267948966 - cosine; /* of the arc */

	for (int again = 0; again < 4; again++) {
		const double sine = (double)level_sine((uint32_t)(x * (4294967296.0 / 6.283185307179586)));
		const double cos_x = (double)level_sine((uint32_t)(x * (4294967296.0 / 6.283185307179586)) + 0x40000000u);

		x += (cos_x - cosine) / sine;
	}
	return x;
}

/* Mean square of the tone in half a window. */
static double goertzel(const int16_t *pcm, double twice_cosine)
{
	double last = 0.0;
	double before = 0.0;

	for (uint32_t n = 0; n < WINDOW / 2; n++) {
		const double now = (double)pcm[n] + twice_cosine * last - before;

		before = last;
		last = now;
	}
	return (last * last + before * before - twice_cosine * last * before) * 2.0 / (WINDOW / 2 * WINDOW / 2);
}

/* Twice the cosine of the angle that a lone tone would gain in a sample; *power the mean square of all. */
static double twice_cosine(const int16_t *pcm, double *power)
{
	int64_t pp = 0;
	int64_t py = 0;
	int64_t yy = 0;

	for (uint32_t n = 1; n < WINDOW - 1; n++) {
		const int32_t y = pcm[n - 1] + pcm[n + 1];

		pp += (int64_t)pcm[n] * pcm[n];
		py += (int64_t)pcm[n] * y;
		yy += (int64_t)y * y;
	}
	const double p = (double)pp;
	const double q = (double)py;
	const double half = (double)yy / 2.0; /* noise counts twice in y */
	const double noise = (half + p - sqrt((half - p) * (half - p) + 2.0 * q * q)) / 2.0;

	*power = p / (WINDOW - 2);
	return q / (p - noise);
}

/* Frequency of the lone tone in the window, 0 when there is none; *power its mean square. */
static float lone_hz(const int16_t *pcm, float floor, float *power)
{
	double all;
	const double twice = twice_cosine(pcm, &all);

	if (all < (double)floor || !(fabs(twice) < 1.97)) /* 445 Hz: a cosine that Newton can take */
		return 0.0f;
	const double halves[2] = {goertzel(pcm, twice), goertzel(pcm + WINDOW / 2, twice)};
	const double tone = (halves[0] + halves[1]) / 2.0;
	const float hz = (float)(angle(twice / 2.0) * (RATE_HZ / 6.283185307179586));

	*power = (float)tone;
	if (tone < PURE * all || halves[0] > EVEN * halves[1] || halves[1] > EVEN * halves[0])
		return 0.0f;
	return hz < LOWEST || hz > HIGHEST ? 0.0f : hz;
}

static void set_on(struct beep *b, size_t port, uint32_t on)
{
	const uint32_t lane = port % LISTENER_LANES;

	b->port[port].on = (uint8_t)on;
	b->on[port / LISTENER_LANES] = (b->on[port / LISTENER_LANES] & ~(1u << lane)) | on << lane;
}

static void begin_or_not(struct beep *b, size_t port, uint64_t at, struct report *r)
{
	struct port *p = &b->port[port];

	if (p->agree != LOOKS_ON)
		return;
	p->began = at - WINDOW - (LOOKS_ON - 1) * LISTENER_BLOCK;
	p->misses = 0;
	set_on(b, port, 1);
	report_add(r, port, EV_BEEP_ON, (unsigned)(p->hz + 0.5f), level_centi_dbm0(p->power), (int32_t)(at - p->began));
}

static void end_or_not(struct beep *b, size_t port, uint64_t at, int lasts, struct report *r)
{
	struct port *p = &b->port[port];
	const uint32_t since = LOOKS_OFF * LISTENER_BLOCK - LISTENER_BLOCK / 2; /* between the last good look and the next */

	p->misses = lasts ? 0 : count_up(p->misses, LOOKS_OFF);
	if (p->misses != LOOKS_OFF)
		return;
	set_on(b, port, 0);
	report_add(r, port, EV_BEEP_OFF, (unsigned)(p->hz + 0.5f), (int32_t)(at - since - p->began), (int32_t)since);
	p->agree = 0;
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct beep *b = of;
	struct port *p = &b->port[port];
	float power = 0.0f;
	const float hz = lone_hz(recent + LISTENER_RECENT - WINDOW, b->floor, &power);
	const int same = hz > 0.0f && fabsf(hz - p->hz) < STEADY * hz;

	if (p->on) {
		end_or_not(b, port, at, same, r);
	} else {
		p->agree = same ? count_up(p->agree, LOOKS_ON) : hz > 0.0f;
		p->hz = same ? p->hz : hz;
		p->power = power;
		begin_or_not(b, port, at, r);
	}
	return 1;
}

const struct detector BEEP = {
	.name = "beep", .size = size, .init = init, .enable = enable, .block = block, .look = look,
	.every = LISTENER_BLOCK / LISTENER_GRID,
};
