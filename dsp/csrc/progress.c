/* progress.c  The 450 Hz call progress tone coming and going, GB 3380-82; dsp/progress.py knows the cadences.
 *
 * Both detections carry in `b` how many samples before them the tone really began or ended.
 */
#include "engine.h"
#include "level.h"
#include "lone.h"

#include <string.h>

#define LOOKS_ON   9u        /* in a row, 3.75 ms apart: a tone of 40 ms */
#define LOOKS_OFF  3u
#define LEVEL_MIN  (-33.0f)  /* dBm0; -30 is promised */
#define PURE       0.70f     /* share of the tone in all that is heard, to begin */
#define LASTING    0.30f     /* to go on */
#define FIRST_LOOK 99        /* samples from the start of a tone to the end of its first good look, in the mean */
#define LAST_LOOK  69        /* from the end of a tone to the end of its last look */

struct progress {
	struct bank bank;
	float     floor;
	uint64_t *first;   /* [ports]: look that began the tone */
	uint64_t *last;    /* [ports]: look that last showed it */
	uint8_t  *on;      /* [ports] */
	uint8_t  *agree;   /* [ports]: good looks in a row */
	uint8_t  *misses;  /* [ports]: looks in a row without the tone */
};

size_t progress_size(size_t ports)
{
	return kernel_lines(sizeof(struct progress)) + kernel_lines(bank_size(&LONE_SHAPE, ports))
	     + ports * (2 * sizeof(uint64_t) + 3);
}

struct progress *progress_init(void *memory, size_t ports)
{
	struct progress *p = memory;
	uint8_t *next = (uint8_t *)memory + kernel_lines(sizeof *p);

	memset(memory, 0, progress_size(ports));
	bank_init(&p->bank, next, &LONE_SHAPE, ports);
	next += kernel_lines(bank_size(&LONE_SHAPE, ports));
	p->floor = level_power(LEVEL_MIN) * (float)LONE_WINDOW;
	p->first = (uint64_t *)(void *)next;
	p->last = p->first + ports;
	p->on = (uint8_t *)(p->last + ports);
	p->agree = p->on + ports;
	p->misses = p->agree + ports;
	return p;
}

void progress_enable(struct progress *p, size_t port, int on)
{
	bank_enable(&p->bank, port, on);
	p->on[port] = p->agree[port] = p->misses[port] = 0;
}

static void begin_tone(struct progress *p, size_t port, float energy, struct report *r)
{
	const int32_t since = (int32_t)((LOOKS_ON - 1u) * LONE_HOP) + FIRST_LOOK;

	p->on[port] = 1;
	p->misses[port] = 0;
	p->first[port] = p->bank.looks - (LOOKS_ON - 1u);
	p->last[port] = p->bank.looks;
	report_add(r, port, EV_TONE_ON, 0, level_centi_dbm0(energy / (float)LONE_WINDOW), since);
}

static void end_tone(struct progress *p, size_t port, struct report *r)
{
	const int32_t span = (int32_t)((p->last[port] - p->first[port]) * LONE_HOP);
	const int32_t since = (int32_t)((p->bank.looks - p->last[port]) * LONE_HOP);

	p->on[port] = 0;
	report_add(r, port, EV_TONE_OFF, 0, span + FIRST_LOOK - LAST_LOOK, since + LAST_LOOK);
}

static void follow(struct progress *p, const struct bank_window *w, size_t group, size_t lane, struct report *r)
{
	const size_t port = group * BANK_LANES + lane;
	float energy;
	const float share = lone_share(&p->bank, w, group, lane, &energy);
	const int lasts = w->energy[lane] > p->floor && w->tone[0][lane] > LASTING * w->energy[lane];

	p->agree[port] = energy > p->floor && share > PURE ? count_up(p->agree[port], LOOKS_ON) : 0;
	if (!p->on[port] && p->agree[port] == LOOKS_ON)
		begin_tone(p, port, energy, r);
	if (!p->on[port])
		return;
	p->last[port] = lasts ? p->bank.looks : p->last[port];
	p->misses[port] = lasts ? 0 : count_up(p->misses[port], LOOKS_OFF);
	if (p->misses[port] == LOOKS_OFF)
		end_tone(p, port, r);
}

static void decide(struct bank *b, size_t group, struct report *r)
{
	struct progress *p = (struct progress *)(void *)b;  /* the bank is its first member */
	struct bank_window w;

	bank_energy(b, group, &w);
	bank_window(b, group, &w);
	for (size_t lane = 0; lane < BANK_LANES; lane++)
		if (bank_hears(b, group, lane))
			follow(p, &w, group, lane, r);
}

size_t progress_feed(struct progress *p, const int16_t *pcm, size_t samples, struct detection *out, size_t room)
{
	struct report r = {.out = out, .room = room};

	return bank_feed(&p->bank, pcm, samples, &r, decide);
}
