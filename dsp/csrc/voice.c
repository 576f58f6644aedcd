/* voice.c  Somebody speaks, or any other sound that is not a lone 450 Hz progress tone; and silence after it. */
#include "detectors.h"
#include "engine.h"
#include "level.h"

#include <string.h>

#define BLOCKS_ON  3u        /* more than the two edges of a progress tone, which look like sound */
#define BLOCKS_OFF 38u       /* in a row, 8 ms each: the hangover of 300 ms */
#define LEVEL_MIN  (-38.0f)  /* dBm0 of the block */
#define LONE       0.60f     /* share of 450 Hz that makes it a lone tone */

struct voice {
	float    floor;
	uint8_t *on;      /* [ports] */
	uint8_t *sounds;  /* [ports]: blocks with sound, less those without */
	uint8_t *silent;  /* [ports]: blocks in a row without sound */
};

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct voice)) + 3 * ports;
}

static void *init(void *memory, size_t ports)
{
	struct voice *v = memory;

	memset(memory, 0, size(ports));
	v->floor = level_power(LEVEL_MIN);
	v->on = (uint8_t *)memory + kernel_lines(sizeof *v);
	v->sounds = v->on + ports;
	v->silent = v->sounds + ports;
	return v;
}

static void enable(void *of, size_t port, int on)
{
	struct voice *v = of;

	(void)on;
	v->on[port] = v->sounds[port] = v->silent[port] = 0;
}

static void follow(struct voice *v, size_t port, int sound, struct report *r)
{
	v->silent[port] = sound ? 0 : count_up(v->silent[port], BLOCKS_OFF);
	if (sound)
		v->sounds[port] = count_up(v->sounds[port], BLOCKS_ON);
	else if (v->sounds[port] > 0)
		v->sounds[port]--;
	if (!v->on[port] && v->sounds[port] == BLOCKS_ON) {
		v->on[port] = 1;
		report_add(r, port, EV_VOICE_ON, 0, 0, 0);
	} else if (v->on[port] && v->silent[port] == BLOCKS_OFF) {
		v->on[port] = 0;
		report_add(r, port, EV_VOICE_OFF, 0, 0, 0);
	}
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct voice *v = of;

	for (uint32_t lanes = b->lanes; lanes != 0; lanes &= lanes - 1) {
		const size_t lane = (size_t)__builtin_ctz(lanes);
		const int    sound = b->energy[lane] > v->floor && b->power[0][lane] < LONE * b->energy[lane];

		follow(v, b->first + lane, sound, r);
	}
	return 0;
}

const struct detector VOICE = {
	.name = "voice", .size = size, .init = init, .enable = enable, .block = block, .every = 1, .tones = 1, .hz = {450},
};
