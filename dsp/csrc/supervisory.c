/* supervisory.c  The tones of a profile coming and going; see tone_set.h.  dsp/cadence.py knows the cadences.
 *
 * Every 8 ms of a port that is not silent each set of frequencies is held against the last 32 ms.  A set of two is
 * heard when both add to what is explained; it then wins over a set that has only one of them.
 */
#include "band.h"
#include "detectors.h"
#include "edge.h"
#include "engine.h"
#include "level.h"
#include "tone_set.h"

#include <string.h>

#define LEVEL_MIN   (-43.0f) /* dBm0 of the tones together */
#define LEVEL_AWAKE (-46.0f) /* of a block */
#define PURE        0.70f    /* share of the set in the last 32 ms */
#define ADDS        0.06f    /* share that the weaker of two must add: 11 dB below the other, more or less */
#define LOOKS_ON    2u       /* in a row, 8 ms apart */
#define LOOKS_OFF   3u
#define SHORTEST    320u     /* samples: a tone of 40 ms */
#define LOST        (LOOKS_OFF * LISTENER_BLOCK)
#define TAIL        128u     /* samples: 16 ms, in which a beat of 40 Hz leaves half of the power at least */
#define NONE        0xFFu

/* A set made ready. */
struct set {
	uint32_t         tones;
	struct band      first;
	struct band      second; /* alone */
	struct band      beside; /* the second, without what the first holds */
	struct edge_wave wave[TONE_SET_TONES];
};

struct port {
	uint64_t edge;   /* sample at which the tone began, or the last one ended */
	float    power;
	uint8_t  on;     /* set, or NONE */
	uint8_t  found;  /* by the last look */
	uint8_t  agree;  /* looks in a row that found it */
	uint8_t  misses; /* looks in a row that did not find what is on */
};

struct supervisory {
	float        floor;
	float        floor_awake;
	uint32_t     sets;
	struct set   set[TONE_SETS];
	struct port *port;
	uint32_t    *on; /* [groups]: a bit a lane */
};

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct supervisory)) + kernel_lines(ports * sizeof(struct port))
	     + (ports / LISTENER_LANES + 1) * sizeof(uint32_t);
}

static void *init(void *memory, size_t ports)
{
	struct supervisory *s = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *s);

	memset(memory, 0, size(ports));
	s->floor = level_power(LEVEL_MIN);
	s->floor_awake = level_power(LEVEL_AWAKE);
	s->port = (struct port *)(void *)next;
	s->on = (uint32_t *)(void *)(next + kernel_lines(ports * sizeof *s->port));
	for (size_t port = 0; port < ports; port++)
		s->port[port] = (struct port){.on = NONE, .found = NONE};
	return s;
}

static void enable(void *of, size_t port, int on)
{
	struct supervisory *s = of;

	(void)on;
	s->port[port] = (struct port){.on = NONE, .found = NONE};
	s->on[port / LISTENER_LANES] &= ~(1u << port % LISTENER_LANES);
}

static void make_ready(struct set *to, const struct tone_set *from)
{
	to->tones = from->hz[1] > 0.0f ? 2 : 1;
	band_init(&to->first, from->hz[0], from->within[0], NULL);
	edge_wave_init(&to->wave[0], from->hz[0]);
	if (to->tones == 1)
		return;
	band_init(&to->second, from->hz[1], from->within[1], NULL);
	band_init(&to->beside, from->hz[1], from->within[1], &to->first);
	edge_wave_init(&to->wave[1], from->hz[1]);
}

int supervisory_profile(struct listener *l, const struct tone_set *sets, uint32_t count)
{
	struct supervisory *s = listener_detector(l, (uint32_t)__builtin_ctz(DETECT_SUPERVISORY));

	if (s == NULL || count > TONE_SETS)
		return -1;
	for (uint32_t i = 0; i < count; i++)
		make_ready(&s->set[i], &sets[i]);
	s->sets = count;
	return 0;
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	const struct supervisory *s = of;
	uint32_t loud = 0;

	(void)r;
	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++)
		loud |= (uint32_t)(b->energy[lane] > s->floor_awake) << lane;
	return (loud & b->lanes) | s->on[b->first / LISTENER_LANES];
}

/* Mean square of the set's tones in the window, or 0 when they are not what is heard. */
static float power_of(const struct set *set, const int16_t *window, float total)
{
	const float first = band_power(&set->first, window);

	if (set->tones == 1)
		return first > PURE * total ? first : 0.0f;
	const float both = first + band_power(&set->beside, window);

	if (both < PURE * total || both - first < ADDS * total)
		return 0.0f;
	return both - band_power(&set->second, window) < ADDS * total ? 0.0f : both;
}

/* The set that is heard, two tones before one; *power is theirs. */
static uint8_t find(const struct supervisory *s, const int16_t *window, float *power)
{
	const float total = band_total(window);
	uint8_t found = NONE;
	uint32_t tones = 0;
	float best = s->floor;

	for (uint32_t i = 0; i < s->sets; i++) {
		const struct set *set = &s->set[i];
		const float its = set->tones >= tones && total > s->floor ? power_of(set, window, total) : 0.0f;

		if (its > s->floor && (set->tones > tones || its > best)) {
			found = (uint8_t)i;
			tones = set->tones;
			best = its;
		}
	}
	*power = best;
	return found;
}

static void set_on(struct supervisory *s, size_t port, uint8_t code)
{
	uint32_t *group = &s->on[port / LISTENER_LANES];
	const uint32_t bit = 1u << port % LISTENER_LANES;

	s->port[port].on = code;
	*group = code == NONE ? *group & ~bit : *group | bit;
}

static void begin_or_not(struct supervisory *s, size_t port, uint64_t at, const int16_t *recent, float power,
                         struct report *r)
{
	struct port *p = &s->port[port];
	const struct set *set = &s->set[p->found];
	const struct edge_run run = edge_find(set->wave, set->tones, recent, power);
	const uint64_t ago = at - p->edge;
	const uint32_t since = ago < LISTENER_RECENT - run.begin ? (uint32_t)ago : LISTENER_RECENT - run.begin;

	if (since < SHORTEST || run.end < LISTENER_RECENT)
		return;
	p->edge = at - since;
	p->power = power;
	p->misses = 0;
	set_on(s, port, p->found);
	report_add(r, port, EV_TONE_ON, p->found, level_centi_dbm0(power), (int32_t)since);
}

/* Mean square of the last samples: where half of the window is silent, the rest of it still is the tone. */
static float tail(const int16_t *recent)
{
	int64_t sum = 0;

	for (uint32_t n = LISTENER_RECENT - TAIL; n < LISTENER_RECENT; n++)
		sum += recent[n] * recent[n];
	return (float)sum / (float)TAIL;
}

static void end_or_not(struct supervisory *s, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct port *p = &s->port[port];
	const struct set *set = &s->set[p->on];

	p->misses = p->found == p->on && tail(recent) > p->power / 4.0f ? 0 : count_up(p->misses, LOOKS_OFF);
	if (p->misses != LOOKS_OFF)
		return;
	const struct edge_run run = edge_find(set->wave, set->tones, recent, p->power);
	const uint32_t since = run.end == LISTENER_RECENT ? LOST : LISTENER_RECENT - run.end; /* hidden, not over */
	const uint64_t ended = at - since > p->edge ? at - since : p->edge;

	report_add(r, port, EV_TONE_OFF, p->on, (int32_t)(ended - p->edge), (int32_t)(at - ended));
	p->edge = ended;
	set_on(s, port, NONE);
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	struct supervisory *s = of;
	struct port *p = &s->port[port];
	float power;
	const uint8_t found = find(s, recent + LISTENER_RECENT - BAND_WINDOW, &power);

	p->agree = found == p->found && found != NONE ? count_up(p->agree, LOOKS_ON) : found != NONE;
	p->found = found;
	if (p->on != NONE)
		end_or_not(s, port, at, recent, r);
	if (p->on == NONE && p->agree == LOOKS_ON)
		begin_or_not(s, port, at, recent, power, r);
	return 1;
}

const struct detector SUPERVISORY = {
	.name = "supervisory", .size = size, .init = init, .enable = enable, .block = block, .look = look,
	.every = LISTENER_BLOCK / LISTENER_GRID,
};
