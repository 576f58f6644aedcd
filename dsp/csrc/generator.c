/* generator.c  Direct digital synthesis: a 32-bit phase a frequency, a sine by polynomial, and the cadence in samples. */
#include "generator.h"

#include "level.h"

#include <string.h>

#define PARTS 8u  /* on, off, on, off ... */

struct generator {
	size_t    ports;
	uint32_t (*phase)[2];
	uint32_t (*step)[2];
	float    (*peak)[2];
	uint32_t (*part)[PARTS];  /* lengths in samples; all zero = continuous */
	uint32_t  *left;          /* samples left of the present part */
	uint32_t  *repeats;       /* cadences left, 0 = for ever */
	uint32_t  *until;         /* kind of event that ends the tone, 0 = none does */
	uint8_t   *index;         /* of the present part: even = tone, odd = pause */
	uint8_t   *active;
};

#define PORT_OCTETS (2 * sizeof(uint32_t) * 2 + 2 * sizeof(float) + (PARTS + 3) * sizeof(uint32_t) + 2)
#define HEAD        ((sizeof(struct generator) + 63u) / 64u * 64u)

size_t generator_size(size_t ports)
{
	return HEAD + ports * PORT_OCTETS;
}

struct generator *generator_init(void *memory, size_t ports)
{
	struct generator *g = memory;
	uint8_t *next = (uint8_t *)memory + HEAD;

	memset(memory, 0, generator_size(ports));
	g->ports = ports;
	g->phase = (uint32_t (*)[2])(void *)next;
	g->step = g->phase + ports;
	g->peak = (float (*)[2])(void *)(g->step + ports);
	g->part = (uint32_t (*)[PARTS])(void *)(g->peak + ports);
	g->left = (uint32_t *)(void *)(g->part + ports);
	g->repeats = g->left + ports;
	g->until = g->repeats + ports;
	g->index = (uint8_t *)(g->until + ports);
	g->active = g->index + ports;
	return g;
}

static uint32_t cadence(const struct generator *g, size_t port)
{
	uint32_t any = 0;

	for (size_t i = 0; i < PARTS; i++)
		any |= g->part[port][i];
	return any;
}

/* Start of the present part: a burst always begins at phase zero, so all bursts are alike. */
static void begin_part(struct generator *g, size_t port)
{
	g->left[port] = g->part[port][g->index[port]];
	g->phase[port][0] = 0;
	g->phase[port][1] = 0;
}

void generator_start(struct generator *g, size_t port, const struct engine_tone *tone)
{
	for (size_t i = 0; i < 2; i++) {
		g->step[port][i] = level_step(tone->hz[i]);
		g->peak[port][i] = tone->hz[i] > 0.0f ? level_peak(tone->dbm0[i]) : 0.0f;
	}
	for (size_t i = 0; i < PARTS / 2; i++) {
		g->part[port][2 * i] = tone->on[i];
		g->part[port][2 * i + 1] = tone->off[i];
	}
	g->repeats[port] = tone->repeats;
	g->until[port] = tone->until;
	g->index[port] = 0;
	g->active[port] = 1;
	begin_part(g, port);
}

void generator_stop(struct generator *g, size_t port)
{
	g->active[port] = 0;
}

void generator_hear(struct generator *g, size_t port, uint32_t kind)
{
	g->active[port] &= kind != g->until[port];
}

int generator_active(const struct generator *g, size_t port)
{
	return g->active[port];
}

/* On to the next part; past the last one the cadence starts again or the tone is over. */
static void next_part(struct generator *g, size_t port)
{
	if (++g->index[port] == PARTS) {
		g->index[port] = 0;
		if (g->repeats[port] > 0 && --g->repeats[port] == 0)
			g->active[port] = 0;
	}
	begin_part(g, port);
}

static int16_t rounded(float value)
{
	const float limited = value > 32767.0f ? 32767.0f : value < -32768.0f ? -32768.0f : value;

	return (int16_t)((int32_t)(limited + 32768.5f) - 32768);
}

static void sound(struct generator *g, size_t port, int16_t *pcm, size_t samples)
{
	const float peak0 = g->peak[port][0];
	const float peak1 = g->peak[port][1];

	for (size_t i = 0; i < samples; i++) {
		pcm[i] = rounded(peak0 * level_sine(g->phase[port][0]) + peak1 * level_sine(g->phase[port][1]));
		g->phase[port][0] += g->step[port][0];
		g->phase[port][1] += g->step[port][1];
	}
}

int generator_run(struct generator *g, size_t port, int16_t *pcm, size_t samples)
{
	const int was = g->active[port];
	const int continuous = cadence(g, port) == 0;

	memset(pcm, 0, samples * sizeof *pcm);
	for (size_t done = 0; done < samples && g->active[port];) {
		const size_t rest = samples - done;
		const size_t take = continuous || g->left[port] > rest ? rest : g->left[port];

		if (g->index[port] % 2 == 0)
			sound(g, port, pcm + done, take);
		done += take;
		g->left[port] -= continuous ? 0 : (uint32_t)take;
		while (!continuous && g->active[port] && g->left[port] == 0)
			next_part(g, port);
	}
	return was && !g->active[port];
}
