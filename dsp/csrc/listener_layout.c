/* listener_layout.c  A listener's memory, and which detectors hear which ports.  See listener.h. */
#include "listener_state.h"

#include <string.h>

#define SILENCE 0xD5u

/* Where everything lies; without `base` only counted. */
struct arena {
	uint8_t *base;
	size_t   used;
};

static void *carve(struct arena *a, size_t octets)
{
	uint8_t *at = a->base ? a->base + a->used : NULL;

	a->used += kernel_lines(octets);
	return at;
}

static void lay_ear(struct listener *l, struct arena *a, size_t which)
{
	struct ear *ear = &l->ear[which];

	ear->kernel = carve(a, DETECTOR[which]->size(l->ports));
	ear->on = carve(a, l->groups * sizeof *ear->on);
	ear->pending = carve(a, l->groups * sizeof *ear->pending);
	ear->awake = carve(a, l->groups * sizeof *ear->awake);
	ear->fresh = carve(a, l->groups * sizeof *ear->fresh);
	ear->blocks = carve(a, l->ports);
	ear->wave = carve(a, DETECTOR[which]->tones * sizeof *ear->wave);
}

static size_t lay(struct listener *l, uint8_t *base, size_t ports, uint32_t detectors)
{
	struct arena a = {.base = base};

	carve(&a, sizeof *l);
	l->ports = ports;
	l->groups = (ports + LISTENER_LANES - 1) / LISTENER_LANES;
	l->detectors = detectors;
	l->history = carve(&a, l->groups * LISTENER_LANES * HISTORY);
	for (size_t which = 0; which < DETECTORS; which++)
		if (listener_has(l, which))
			lay_ear(l, &a, which);
	return a.used;
}

size_t listener_size(size_t ports, uint32_t detectors)
{
	struct listener sketch;

	return lay(&sketch, NULL, ports, detectors);
}

struct listener *listener_init(void *memory, size_t ports, uint32_t detectors)
{
	struct listener *l = memory;

	memset(memory, 0, listener_size(ports, detectors));
	lay(l, memory, ports, detectors);
	memset(l->history, SILENCE, l->groups * LISTENER_LANES * HISTORY);
	for (size_t which = 0; which < DETECTORS; which++) {
		struct ear *ear = &l->ear[which];

		if (!listener_has(l, which))
			continue;
		ear->kernel = DETECTOR[which]->init(ear->kernel, ports);
		for (size_t t = 0; t < DETECTOR[which]->tones; t++)
			screen_wave_init(&ear->wave[t], DETECTOR[which]->hz[t]);
	}
	return l;
}

void *listener_detector(const struct listener *l, uint32_t which)
{
	return which < DETECTORS && listener_has(l, which) ? l->ear[which].kernel : NULL;
}

size_t listener_room(const struct listener *l)
{
	size_t laid = 0;

	for (size_t which = 0; which < DETECTORS; which++)
		laid += (size_t)listener_has(l, which);
	return laid * l->ports * LISTENER_REPORTS;
}

void listener_enable(struct listener *l, uint32_t which, size_t port, int on)
{
	const size_t   group = port / LISTENER_LANES;
	const uint32_t bit = 1u << port % LISTENER_LANES;
	struct ear    *ear = &l->ear[which];

	if (!listener_has(l, which))
		return;
	DETECTOR[which]->enable(ear->kernel, port, on);
	ear->on[group] &= ~bit;
	ear->pending[group] &= ~bit;
	ear->awake[group] &= ~bit;
	ear->fresh[group] |= bit;
	ear->blocks[port] = 0;
	if (on && l->heard % LISTENER_BLOCK == 0)
		ear->on[group] |= bit;
	else if (on)
		ear->pending[group] |= bit;
}
