/* progress.c  The 450 Hz call progress tone coming and going, GB 3380-82; dsp/cadence.py knows the cadences.
 *
 * Both detections carry in `b` how many samples before them the tone really began or ended.
 */
#include "detectors.h"
#include "engine.h"
#include "level.h"
#include "lone.h"

#define TONE_HZ   450.0f
#define WITHIN_HZ 25.0f
#define LEVEL_MIN (-43.0f) /* dBm0; -40 is promised */

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct lone)) + lone_size(ports);
}

static void *init(void *memory, size_t ports)
{
	lone_init(memory, (uint8_t *)memory + kernel_lines(sizeof(struct lone)), ports, TONE_HZ, WITHIN_HZ, LEVEL_MIN);
	return memory;
}

static void enable(void *of, size_t port, int on)
{
	(void)on;
	lone_forget(of, port);
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	(void)r;
	return lone_block(of, b, 0);
}

static int look(void *of, size_t port, uint64_t at, const int16_t *recent, struct report *r)
{
	const struct lone *l = of;
	uint32_t since = 0;
	uint64_t lasted = 0;
	const enum lone_news news = lone_look(of, port, at, recent, &since, &lasted);

	if (news == LONE_BEGAN)
		report_add(r, port, EV_TONE_ON, 0, level_centi_dbm0(l->power[port]), (int32_t)since);
	if (news == LONE_ENDED)
		report_add(r, port, EV_TONE_OFF, 0, (int32_t)lasted, (int32_t)since);
	return news == LONE_MAYBE;
}

const struct detector PROGRESS = {
	.name = "progress", .size = size, .init = init, .enable = enable, .block = block, .look = look, .every = 1,
	.tones = 1, .hz = {TONE_HZ},
};
