/* voice.c  Somebody speaks, or any other sound that is not a lone 450 Hz progress tone; and silence after it.
 *
 * What is steadily there is noise: each port's follows the quietest blocks quickly down and creeps up.
 */
#include "detectors.h"
#include "engine.h"
#include "level.h"

#include <string.h>

#define BLOCKS_ON  3u        /* more than the two edges of a progress tone, which look like sound */
#define BLOCKS_OFF 38u       /* in a row, 8 ms each: the hangover of 300 ms */
#define LEVEL_MIN  (-38.0f)  /* dBm0 of the block */
#define ABOVE      4.0f      /* times the noise: 6 dB */
#define NOISE_MAX  (-34.0f)  /* dBm0: what is 6 dB louder than this is never noise */
#define NOISE_MIN  (-50.0f)  /* dBm0: a silent line is taken for that */
#define NOISE_1ST  (-39.0f)  /* dBm0: what the first block may be taken for at most */
#define FALL       0.25f     /* of the way to a quieter block */
#define RISE       1.0055f   /* a block: 3 dB a second */
#define LONE       0.60f     /* share of 450 Hz that makes it a lone tone */

/* 32 ports, a lane each. */
struct group {
	float    noise[LISTENER_LANES];  /* mean square; 0 = not known yet */
	uint8_t  sounds[LISTENER_LANES]; /* blocks with sound, less those without */
	uint8_t  silent[LISTENER_LANES]; /* blocks in a row without sound */
	uint32_t on;                     /* a bit a lane */
};

struct voice {
	float         floor;
	float         least;
	float         most;
	float         first;
	struct group *group;
};

static size_t size(size_t ports)
{
	return kernel_lines(sizeof(struct voice))
	     + (ports + LISTENER_LANES - 1) / LISTENER_LANES * sizeof(struct group);
}

static void *init(void *memory, size_t ports)
{
	struct voice *v = memory;

	memset(memory, 0, size(ports));
	v->floor = level_power(LEVEL_MIN);
	v->least = level_power(NOISE_MIN);
	v->most = level_power(NOISE_MAX);
	v->first = level_power(NOISE_1ST);
	v->group = (struct group *)(void *)((uint8_t *)memory + kernel_lines(sizeof *v));
	return v;
}

static void enable(void *of, size_t port, int on)
{
	struct voice *v = of;
	struct group *g = &v->group[port / LISTENER_LANES];
	const size_t lane = port % LISTENER_LANES;

	(void)on;
	g->noise[lane] = 0.0f;
	g->sounds[lane] = g->silent[lane] = 0;
	g->on &= ~(1u << lane);
}

static inline float less(float a, float b)
{
	return a < b ? a : b;
}

/* Bit a lane with sound in this block; follows the noise. */
static uint32_t hear(const struct voice *v, struct group *g, const struct listener_block *b)
{
	uint32_t sound = 0;

	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++) {
		const float energy = b->energy[lane];
		const float known = g->noise[lane] > 0.0f ? g->noise[lane] : less(energy, v->first);
		const float noise = energy < known ? known + (energy - known) * FALL : less(known * RISE, v->most);

		g->noise[lane] = b->lanes >> lane & 1u ? (noise > v->least ? noise : v->least) : 0.0f;
		sound |= (uint32_t)(energy > v->floor && energy > ABOVE * noise && b->power[0][lane] < LONE * energy) << lane;
	}
	return sound & b->lanes;
}

static void tell(uint32_t lanes, size_t first, unsigned kind, int32_t since, struct report *r)
{
	for (; lanes != 0; lanes &= lanes - 1)
		report_add(r, first + (size_t)__builtin_ctz(lanes), kind, 0, 0, since);
}

static uint32_t block(void *of, const struct listener_block *b, struct report *r)
{
	struct voice *v = of;
	struct group *g = &v->group[b->first / LISTENER_LANES];
	const uint32_t sound = hear(v, g, b);
	uint32_t begins = 0;
	uint32_t ends = 0;

	for (uint32_t lane = 0; lane < LISTENER_LANES; lane++) {
		const int is_sound = sound >> lane & 1u;
		const uint8_t fewer = (uint8_t)(g->sounds[lane] - (g->sounds[lane] > 0));

		g->sounds[lane] = is_sound ? count_up(g->sounds[lane], BLOCKS_ON) : fewer;
		g->silent[lane] = is_sound ? 0 : count_up(g->silent[lane], BLOCKS_OFF);
		begins |= (uint32_t)(g->sounds[lane] == BLOCKS_ON) << lane;
		ends |= (uint32_t)(g->silent[lane] == BLOCKS_OFF) << lane;
	}
	begins &= b->lanes & ~g->on;
	ends &= b->lanes & g->on;
	g->on = (g->on | begins) & ~ends;
	tell(begins, b->first, EV_VOICE_ON, (int32_t)(BLOCKS_ON * LISTENER_BLOCK), r);
	tell(ends, b->first, EV_VOICE_OFF, (int32_t)(BLOCKS_OFF * LISTENER_BLOCK), r);
	return 0;
}

const struct detector VOICE = {
	.name = "voice", .size = size, .init = init, .enable = enable, .block = block, .every = 1, .tones = 1, .hz = {450},
};
