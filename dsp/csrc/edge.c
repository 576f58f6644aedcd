/* edge.c  See edge.h. */
#include "edge.h"

#include "level.h"

#include <string.h>

#define QUARTER_TURN 0x40000000u
#define HOPS         (LISTENER_RECENT / LISTENER_GRID)
#define HOPS_WINDOW  (EDGE_WINDOW / LISTENER_GRID)

void edge_wave_init(struct edge_wave *w, float hz)
{
	const uint32_t step = level_step(hz);

	for (uint32_t n = 0; n < LISTENER_RECENT; n++) {
		w->value[n][0] = level_sine(n * step + QUARTER_TURN);
		w->value[n][1] = level_sine(n * step);
	}
}

void edge_levels(const struct edge_wave *w, const int16_t *recent, float level[EDGE_POINTS])
{
	float hop[HOPS][2] = {{0}};

	for (uint32_t h = 0; h < HOPS; h++)
		for (uint32_t n = h * LISTENER_GRID; n < (h + 1) * LISTENER_GRID; n++) {
			hop[h][0] += (float)recent[n] * w->value[n][0];
			hop[h][1] += (float)recent[n] * w->value[n][1];
		}
	for (uint32_t at = 0; at < EDGE_POINTS; at++) {
		float re = 0.0f;
		float im = 0.0f;

		for (uint32_t h = at; h < at + HOPS_WINDOW; h++) {
			re += hop[h][0];
			im += hop[h][1];
		}
		level[at] += (re * re + im * im) * (2.0f / (float)(EDGE_WINDOW * EDGE_WINDOW));
	}
}

/* The sample between two positions where the level passes `half`: `low` is below it, `high` above, one step apart. */
static uint32_t crossing(const float level[EDGE_POINTS], uint32_t low, uint32_t high, float half)
{
	const float share = (half - level[low]) / (level[high] - level[low]);
	const float at = (float)low + share * ((float)high - (float)low);

	return (uint32_t)(at * (float)LISTENER_GRID + (float)(EDGE_WINDOW / 2u) + 0.5f);
}

struct edge_run edge_find(const struct edge_wave *waves, uint32_t tones, const int16_t *recent, float power)
{
	const float half = power / 4.0f; /* of the amplitude */
	float    level[EDGE_POINTS] = {0};
	float    sum = 0.0f;
	float    best = 0.0f;
	uint32_t start = 0;
	uint32_t first = 0;
	uint32_t last = 0;

	for (uint32_t t = 0; t < tones; t++)
		edge_levels(&waves[t], recent, level);
	for (uint32_t at = 0; at < EDGE_POINTS; at++) {
		if (sum <= 0.0f) {
			sum = 0.0f;
			start = at;
		}
		sum += (level[at] < power ? level[at] : power) - half;
		if (sum > best) {
			best = sum;
			first = start;
			last = at;
		}
	}
	if (best <= 0.0f)
		return (struct edge_run){0, 0};
	return (struct edge_run){
		.begin = first == 0 ? 0 : crossing(level, first - 1, first, half),
		.end = last == EDGE_POINTS - 1 ? LISTENER_RECENT : crossing(level, last + 1, last, half),
	};
}
